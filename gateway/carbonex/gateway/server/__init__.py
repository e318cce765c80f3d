"""The asyncio shell: sockets, commit thread, timers, HTTP pages and the process."""
