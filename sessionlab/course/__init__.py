"""The course: finds, loads and checks lessons, and reads answers from their replays."""
