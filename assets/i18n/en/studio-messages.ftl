# Words of the studio: notifications and errors of the studio itself. Message IDs are notice codes.

toast-close = Close the notification
toast-undo = Undo
toast-deleted = The result was deleted.
toast-failed = The advertisement could not be made. { $reason }
toast-stopped = Stopped. The finished steps are kept.
toast-restored = The settings were restored.
toast-restored-kept-photo = The settings were restored. This picture was made elsewhere and does not hold its photo: yours stays.
toast-restored-no-photo = The settings were restored. This picture was made elsewhere and does not hold its photo: choose one.
toast-unchanged = Nothing changed, so this is the result you have. Unlock the seed to make another.
toast-curl = The curl command was copied. Paste it into a terminal.
toast-exported = Exported to { $path }
toast-saved = The project was saved to { $path }
toast-put-away = The advertisement that you were working on was not saved. Undo brings it back until you quit.

error-export-gone = The result to export is gone. Choose another one.
error-thread = The work could not be started. Close other programs and try again.
error-photo-gone = The photo { $photo } cannot be read any more ({ $detail }). Open it again.
error-read = { $path } cannot be read ({ $detail }). Check the path, or open another file.
error-write = { $path } cannot be written ({ $detail }). Check the folder and the free space.
error-clipboard-empty = There is no picture in the clipboard. Copy one, or open a file.
error-clipboard = The clipboard cannot be reached. Open a file instead.
error-project = { $path } is not a nanoCocoa project. Choose an .ncocoa file.
error-presets = { $path } cannot be read as presets and was left as it is. Correct or remove that file, then add the preset again.
error-encode = The picture cannot be encoded ({ $detail }). Choose another format or size.
error-decode = The picture cannot be read ({ $detail }). Generate it again.
error-project-not-packed = The project cannot be saved ({ $detail }). Try again.
toast-exported-format = Exported to { $path }: { $summary }
