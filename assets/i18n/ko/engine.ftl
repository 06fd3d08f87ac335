# Messages of the area `engine`. Message IDs are notice codes.
