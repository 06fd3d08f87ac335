# Messages of the area `cli`. Message IDs are notice codes.
cli-not-a-file = { $path }: { $reason }
