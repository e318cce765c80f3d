"""What the venue streams: who follows what, and the frames that tell it.

Sans-I/O: a Feed is told what happened (it is a Reader of the venue) and when
to flush, and puts frames into outboxes. One room per channel: topics are what
is followed, and a frame is encoded once for all who follow a topic.
"""

from .feed import Feed


__all__ = ["Feed"]
