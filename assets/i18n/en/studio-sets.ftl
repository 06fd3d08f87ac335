# Words of the studio: one advertisement in several formats. Message IDs are notice codes.

command-format-set = Export several formats...
dialog-set-folder = Choose a folder for the files
export-several = Several formats...

set-title = Several formats
set-about = The advertisement is laid out again for each format, made, and written below the format's byte limit. You can go on working meanwhile.
set-formats = Formats
set-all = All
set-none = None
set-names = Names of the files
set-pattern = Pattern of the names
set-pattern-about = Replaced in the pattern: { $placeholders }
set-pattern-unknown = { $placeholder } is not replaced. Use one of { $known }.
set-pattern-same = Two files would be called { $name }. Add { $format } to the pattern.
set-pattern-empty = The pattern gives no name. Add letters to it.
set-example = The first file: { $name }
set-replace = Replace files of the same name
set-start = { $count ->
    [one] Make { $count } format...
   *[other] Make { $count } formats...
}
set-progress = { $done } of { $all } done
set-correct-about = "Correct" opens a result as a project of its own. The other results and your present project stay as they are.
set-correct = Correct { $format } alone
set-correct-short = Correct
set-stop = Stop the set
set-hide = Go on in the background
set-again = Choose formats again
window-close-set = Back to the advertisement
set-waiting = waits
set-making = is being made
set-stopped = stopped
set-file = { $name }: { $summary }
variations-fewer = Only { $number } variations are possible, because background and places are fixed. Choose a painted scene, or place product or text automatically.
variations-none = No variation is possible, because background and places are fixed. Choose a painted scene, or add a product or a text.
set-running = Several formats are being made already. Wait for their end or stop them.
set-toast-done = { $done } of { $all } files are in { $folder }.
