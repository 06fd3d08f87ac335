# Messages of the area `draft`. Message IDs are notice codes.
