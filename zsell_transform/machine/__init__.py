"""The user's machine: paths, disks, processes, signals, threads and zones, and where Windows differs."""
