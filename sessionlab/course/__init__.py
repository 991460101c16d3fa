"""The course: lessons discovered, loaded and checked, and what can be asked of their replays."""
