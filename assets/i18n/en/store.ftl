# Messages of the area `store`. Message IDs are notice codes.

# $action: create, encode, lock, open, read, remove, restore, sync, use, write, write into. $source: the operating system's message.
store-detail = cannot { $action } { $path }: { $source }
store-failed = cannot { $action } { $path }: { $source }. Check that the folder exists, is writable and has free space.
store-in-use = cannot use { $folder }: another nanoCocoa uses it; close that one or choose another --data-dir
store-data-folder-full = The disk is full, so nothing can be saved in { $folder }. Free some space or delete jobs for good, then try again.
store-folder-full = The disk is full, so nothing can be saved in { $folder }. Free some space or choose another folder.
store-data-folder-read-only = The folder { $folder } cannot be written to ({ $source }). Allow writing there or choose another with --data-dir.
store-folder-read-only = The folder { $folder } cannot be written to ({ $source }). Allow writing there or choose another folder.
store-data-folder-missing = The folder { $folder } is missing and cannot be made again ({ $source }). Check the disk or choose another with --data-dir.
store-busy = { $path } cannot be replaced or moved: another program has it or a file in it open, or it is write-protected. Close it there and try again.
