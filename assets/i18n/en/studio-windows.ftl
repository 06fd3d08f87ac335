# Words of the studio: windows over the studio, and the one shown when it cannot open. Message IDs are notice codes.

window-close = Close
window-cancel = Cancel

server-title = REST server
server-about = Other programs use the same engine. Their jobs show up in the history.
server-address = Address
server-token = Token
server-token-hint = Leave empty for this computer only
server-bad-address = Write the address as 127.0.0.1:8000.
server-needs-token = An address that other machines can reach needs a token.
server-short-token = An address that other machines can reach needs a token of at least { $least } characters.
server-control-in-token = The token contains a control character, which no client can send. Use letters and digits.
server-listening = Listening on { $address }
server-docs = Open the API documentation
server-is-off = The server is off.
server-start = Switch on
server-stop = Switch off
server-busy = Cannot listen on { $address } ({ $detail }). Use another port, or close the program that has it.
server-ended = The server stopped ({ $detail }). Switch it on again.
server-curl-about = Copies the current settings as a command for a terminal.

models-title = Engine and models
models-why-short = The embedded draft engine draws. Click to see why.
models-ready-short = The diffusion models paint. Click to see them.
models-chosen-short = The draft engine was chosen for this brief. Click to see the engines.
models-why-title = The draft engine draws now
models-chosen-title = The draft engine was chosen for this brief
models-ready-title = FLUX and SDXL paint, on { $device }
models-why = The embedded engine draws scene, shadows and 3D letters on this computer's CPU, and results are labelled as drafts. For photographic pictures put the models below into the models folder, each in a folder of its own; the studio finds them by itself.
models-why-not = Diffusion cannot run: { $reason }.
models-ready = Cut-outs by BiRefNet, scenes by FLUX, letters by SDXL and its ControlNet.
models-needs = FLUX needs about 10 GB of graphics memory as 4-bit GGUF, 25 GB in full precision.
models-plan = Memory: { $plan }
models-installed = Models
models-found = found
models-missing = missing
models-embedded = embedded
models-on-disk = { $gigabytes } GB on disk
models-in-memory = { $gigabytes } GB in memory
models-not-commercial = not for commercial work
models-u2net = cuts the product out of drafts
models-flux = paints the scene
models-encoders = read the scene's prompt
models-sdxl = makes the letters solid
models-controlnet = keeps the letters' shape
models-birefnet = cuts the product out
models-gpu = Graphics card
models-no-gpu = no NVIDIA GPU was found
models-gpu-silent = the NVIDIA driver does not answer
models-folder = Models folder
models-sets = Download
models-recommended = recommended
models-not-usable = This version of the program cannot run this model yet.
models-memory = for { $gigabytes } GB of graphics memory
models-to-download = about { $gigabytes } GB to download
models-partly = not complete, { $gigabytes } GB are here
models-disk = { $used } GB of models on disk, { $free } GB free
models-choose-folder = Choose another folder for models...
models-download = Download
models-download-set = Download { $title }
models-continue = Continue
models-pause = Pause
models-pause-set = Pause { $title }
models-stop-check = Stop
models-verify = Check the files
models-verify-set = Check the files of { $title }
models-delete = Delete
models-delete-set = Delete { $title }
models-delete-question = This frees up to { $gigabytes } GB. Files that other sets need stay.
models-delete-now = Delete now
models-agree = Agree and download
models-asking = Asking for the files
models-checking = Checking files
models-placing = Installing
models-progress = { $done } of { $total } GB · { $speed } MB/s
models-progress-left = { $done } of { $total } GB · { $speed } MB/s · about { $minutes } min
models-toast-ready = The models are installed and paint from the next picture on.
models-toast-runtime = The CUDA runtime is installed. Start the program again to use the GPU.
models-toast-whole = { $count ->
    [one] { $count } file was checked and is
   *[other] { $count } files were checked and are
} intact.
models-toast-damaged = { $count ->
    [one] { $count } file is
   *[other] { $count } files are
} missing or damaged. Continue the download to repair the set.
models-toast-removed = The set is deleted; { $gigabytes } GB are free again.
models-toast-folder = The models in { $folder } are used from the next start on.

quit-title = Before you quit
quit-job = Being made: { $title } · { $percent } %
quit-more = and { $number } more
quit-unsaved = { $file } lacks your latest changes
quit-writing = A file is being written
quit-about = Quitting stops the jobs; finished steps are kept and can be continued later. Your entries are saved automatically.
quit-about-saved = Your entries are saved automatically and open again next time. Only the project file lacks the latest changes.
quit-stay = Go back
quit-save = Save project
quit-leave = Stop and quit
quit-leave-unsaved = Quit without saving

note-title = Name
note-title-hint = such as: spring campaign, version 2
note-note = Note
note-note-hint = What was good about it?
note-save = Save

fonts-title = Font folders
fonts-about = { $count ->
    [one] { $count } face can
   *[other] { $count } faces can
} be used now. The fonts in a folder that you add (TTF, OTF, TTC, WOFF) can be used at once.
fonts-skipped = Skipped files
fonts-skipped-file = { $font } is skipped: { $reason }
fonts-skipped-more = { $count ->
    [one] { $count } more file is
   *[other] { $count } more files are
} skipped.
fonts-added = Added folders
fonts-none = No folder was added yet.
fonts-always = Always used
fonts-own = { $path } · fonts may be put here
fonts-remove = Remove from the list: { $path }
fonts-add = Add a folder...

trouble-title = The studio cannot open
trouble-in-use = nanoCocoa is already running and uses the folder { $folder }.
trouble-close-other = Go to its window, or close it (a server started with `nanococoa serve` too) and open the studio again.
trouble-correct = Correct this, then open the studio again. Your jobs and settings are untouched.
trouble-close = Close

# The gallery of templates.
templates-title = Templates
templates-about = Your photo and texts in each template. The one you choose replaces texts, layers and background; Undo brings them back.
templates-about-sample = Shown with the sample photo. Open your own photo to see it in each template.
templates-failed = Cannot be shown
templates-edited-meanwhile = The advertisement was changed meanwhile, so the template was not applied. Choose it again.
