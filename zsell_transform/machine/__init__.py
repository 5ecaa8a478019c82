"""The user's machine: paths and what stands at them, full disks, what other programs leave and hold, processes,
signals and threads, time zones, and where Windows differs.
"""
