# Messages of the area `job`. Message IDs are notice codes.
