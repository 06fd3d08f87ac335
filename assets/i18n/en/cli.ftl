# Messages of the area `cli`. Message IDs are notice codes.
