"""The venue's channels: who follows which topic, and the frames they receive.

Sans-I/O: a Feed reads the venue's events (it is a Reader of the venue), flushes when
called, and puts frames into outboxes. Each channel has one room. Each room has
topics, and a frame is encoded once for all followers of a topic.
"""

from .feed import Feed


__all__ = ["Feed"]
