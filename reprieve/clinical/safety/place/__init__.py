"""The people, the room and the equipment."""
