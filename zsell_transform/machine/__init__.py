"""The user's machine: paths and what stands at them, full disks, what other programs leave, threads."""
