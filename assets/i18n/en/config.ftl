# Messages of the area `config`. Message IDs are notice codes.

config-file = the settings file { $path } cannot be used: { $reason }
config-body-limit = max_body_mib = { $value }: use 1 to { $most }
config-bind = bind: "{ $text }" is not an address; write it as 127.0.0.1:8000
config-fonts = --fonts: there is no folder { $path }
config-models = --models: there is no folder { $path }
config-no-home = no home folder was found; name a folder with --data-dir
