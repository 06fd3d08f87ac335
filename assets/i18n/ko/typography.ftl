# Messages of the area `typography`. Message IDs are notice codes.
