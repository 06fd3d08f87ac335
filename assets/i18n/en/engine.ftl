# Messages of the area `engine`. Message IDs are notice codes.
engine-no-thread = cannot start the worker thread: { $source }
engine-busy = Busy. Retry after { $seconds }s
engine-shutting-down = the program is shutting down
engine-job-not-found = Job not found
engine-delete-running = Cannot delete running job. Stop it first.
engine-resume-running = Cannot continue an active job. Stop it first.
engine-resume-picture-missing = a picture that this job needs is missing: { $file }. Start a new job with the original photo.
engine-draft-requested = the draft engine was asked for
engine-diffusion-unavailable = diffusion cannot run: { $reason }; use "auto" or "draft" meanwhile
engine-draft-instead = { $reason }, so the embedded draft engine makes a draft
engine-job-panicked = an internal error ended this job ({ $detail }). Finished steps are kept; please report it.
engine-picture-not-saved = { $file } could not be saved: { $source }
engine-disk-short = Only { $free } MB are free where { $folder } is, so a large job may not fit. Free some space or delete jobs for good.

## Project files

engine-project-unrecognised = this is not a .ncocoa project; save one in the studio
engine-project-part-missing = the project has no { $part }; save it again in the studio
engine-project-encrypted = the project's { $part } is locked with a password; save it again in the studio
engine-project-compression = the project's { $part } is compressed with { $method }; zip it again with Deflate, or save it in the studio
engine-project-json-too-large = the project's { $part } unpacks to more than { $mebibytes } MB; save it again in the studio
engine-project-picture-too-large = the project's { $part } unpacks to more than { $mebibytes } MB; use a smaller picture
engine-project-request = the project's { $part } cannot be used ({ $reason }); save it again in the studio
engine-project-file-too-large = it has { $mebibytes } MB and is not a project
engine-project-entries = the project has more than { $most } files; zip only its own folder
engine-project-several = the archive has several projects ({ $first } and { $second }); zip only one of these folders
engine-project-damaged = the project's { $part } is damaged ({ $detail }); copy the file again or save it again in the studio

# Names of the layers in an exported file.
engine-part-background = Background
engine-part-shadow = Shadow
engine-part-product = Product
engine-part-headline = Slogan
engine-part-layer = Layer { $number }
