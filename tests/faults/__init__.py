"""What happens when the machine fails: killed processes, a database that goes away, full disks, clocks that go back."""
