"""What operators do and live through: backup and restore, a standby that takes over, versions side by side."""
