"""The asyncio shell: sockets, the commit thread, timers, HTTP pages, the process."""
