# Messages of the area `api`. Message IDs are notice codes.
