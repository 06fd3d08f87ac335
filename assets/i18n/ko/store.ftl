# Messages of the area `store`. Message IDs are notice codes.

# $action: create, encode, lock, open, read, remove, restore, sync, use, write, write into. $source: the operating system's message.
store-detail = { $path }: { $action ->
    [create] 만들 수 없어요
    [lock] 잠글 수 없어요
    [open] 열 수 없어요
    [read] 읽을 수 없어요
    [remove] 지울 수 없어요
    [restore] 되돌릴 수 없어요
    [use] 쓸 수 없어요
   *[write] 저장할 수 없어요
} ({ $source })
store-failed = { $path }: { $action ->
    [create] 만들 수 없어요
    [lock] 잠글 수 없어요
    [open] 열 수 없어요
    [read] 읽을 수 없어요
    [remove] 지울 수 없어요
    [restore] 되돌릴 수 없어요
    [use] 쓸 수 없어요
   *[write] 저장할 수 없어요
} ({ $source }). 폴더가 있는지, 쓸 수 있는지, 빈 공간이 있는지 확인하세요.
store-in-use = { $folder } 폴더를 다른 nanoCocoa가 쓰고 있어요. 그 프로그램을 닫거나 --data-dir로 다른 폴더를 지정하세요.
store-data-folder-full = 디스크가 가득 차서 { $folder } 폴더에 저장할 수 없어요. 공간을 비우거나 작업을 완전히 삭제한 뒤 다시 시도하세요.
store-folder-full = 디스크가 가득 차서 { $folder } 폴더에 저장할 수 없어요. 공간을 비우거나 다른 폴더를 선택하세요.
store-data-folder-read-only = { $folder } 폴더에 쓸 수 없어요({ $source }). 쓰기를 허용하거나 --data-dir로 다른 폴더를 지정하세요.
store-folder-read-only = { $folder } 폴더에 쓸 수 없어요({ $source }). 쓰기를 허용하거나 다른 폴더를 선택하세요.
store-data-folder-missing = { $folder } 폴더가 없어졌고 다시 만들 수 없어요({ $source }). 디스크를 확인하거나 --data-dir로 다른 폴더를 지정하세요.
store-busy = { $path }: 이 파일이나 그 안의 파일이 다른 프로그램에서 열려 있거나 쓰기 금지라 바꾸거나 옮길 수 없어요. 그 프로그램에서 닫고 다시 시도하세요.
