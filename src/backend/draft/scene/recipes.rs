//! The recipe of each family: surface, backdrop, palette, light. The seed selects variants.

use super::gobo::GoboKind as G;
use super::noise::Rng;
use super::recipe::{Lighting, Recipe, land, table};
use super::spec::{BackdropKind as B, Family as F, SceneSpec};
use super::surface::SurfaceKind as S;
use super::venues;
use crate::backend::draft::env::EnvId;

const HONEY: [u32; 3] = [0xc6a179, 0x876244, 0xb58f66];
const OAK: [u32; 3] = [0xd6c0a3, 0xa6876a, 0xc7aa88];
const WALNUT: [u32; 3] = [0x846853, 0x3f2f26, 0x634c3b];
const ESPRESSO: [u32; 3] = [0x55463c, 0x241c18, 0x3c3029];
const ASH: [u32; 3] = [0xd6cbb9, 0xb09f88, 0xc6b8a2];
const CARRARA: [u32; 3] = [0xe6e4e2, 0xaeafb2, 0x4c4d54];
const CALACATTA: [u32; 3] = [0xeae5dc, 0xc3b49e, 0x75592f];
const NERO: [u32; 3] = [0x101013, 0x1d1d22, 0xbdb4a4];
const WHITE_CLOTH: [u32; 3] = [0xf0ede7, 0xd9d3c9, 0xc0b9ad];

/// The scene of a family. The seed chooses between the two variants that most families have.
pub fn recipe(family: F, rng: &mut Rng) -> SceneSpec {
    let v = rng.below(2);
    let recipe = match family {
        F::Cafe => cafe(v),
        F::Office => office(v, rng),
        F::Marble => marble(v, rng),
        F::Beach => beach(),
        F::Forest => forest(v),
        F::NightCity => night_city(v),
        F::Neon => neon(v, rng),
        F::Kitchen => kitchen(v, rng),
        F::Bathroom => bathroom(v),
        F::Studio => studio(rng),
        F::Lobby => lobby(v),
        F::Garden => garden(v, rng),
        F::Snow => snow(),
        F::Autumn => autumn(v),
        F::Desert => desert(v),
        F::Mountains => mountains(rng),
        F::Christmas => christmas(v, rng),
        F::Blossom => blossom(v, rng),
        F::Water => water(v, rng),
        F::Pastel => pastel(v, rng),
        F::Black => black(v, rng),
        F::Space => space(v),
        F::Gym => gym(v, rng),
        F::Bedroom => bedroom(v),
        F::Vanity => vanity(v),
        F::Library => library(v),
        F::Restaurant => restaurant(v),
        F::Sunset => sunset(v, rng),
        F::Hanok => hanok(v),
        F::Industrial => industrial(v, rng),
        F::Sky => sky(v, rng),
        F::Party => party(v),
        F::Tropical => tropical(v, rng),
        F::Home => home(v, rng),
        F::Wood => wood(rng),
        F::Stone => stone(v, rng),
        // Not reached: every family has an arm here or in `venues`, as a test checks.
        _ => match venues::recipe(family, v, rng) {
            Some(recipe) => recipe,
            None => plaster(rng),
        },
    };
    recipe.build(family, rng)
}

fn cafe(v: usize) -> Recipe {
    table(S::Wood, [HONEY, WALNUT][v], B::Cafe, [0x8a6a50, 0x50604f, 0x8a5a36, 0xffc888], Lighting::Warm, G::None)
}

fn office(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Wood, S::Plain][v],
        [OAK, [0xf0efec, 0xe2dfda, 0xffffff]][v],
        [B::Office, B::Env(EnvId::Lobby)][usize::from(rng.unit() < 0.3)],
        [0xd9dad8, 0xdfeaf4, 0xcfcac2, 0x5d8a4c],
        Lighting::Day,
        [G::None, G::Window][v],
    )
}

fn marble(v: usize, rng: &mut Rng) -> Recipe {
    table(
        S::Marble,
        [CARRARA, CALACATTA][v],
        [B::Wall, B::Curtains][usize::from(rng.unit() < 0.4)],
        [[0xe8e2da, 0xb9b0a6, 0x9aa88c, 0xfff6e8], [0xd8dcde, 0x9aa3a8, 0x8fa08c, 0xf4f8ff]][v],
        Lighting::Day,
        [G::Window, G::Leaves][rng.below(2)],
    )
}

fn beach() -> Recipe {
    land(S::Sand, [0xc8a878, 0xeedab4, 0xfff3da], B::Sea, [0x4f9ddb, 0xcfe6f2, 0x4fb3c4, 0x1d7f9e], Lighting::Sun)
}

fn forest(v: usize) -> Recipe {
    table(
        [S::Wood, S::Slate][v],
        [[0x8a6a48, 0x4a3220, 0x6d5a38], [0x4c4f45, 0x7a7a6a, 0x4d6030]][v],
        B::Foliage,
        [0x12240f, 0x2f5a20, 0x8fb845, 0xf6f6c4],
        Lighting::Sun,
        G::Leaves,
    )
}

fn night_city(v: usize) -> Recipe {
    table(
        [S::Gloss, S::Asphalt][v],
        [[0x0c0d12, 0x13151c, 0xffffff], [0x14161b, 0x2a2d34, 0x000000]][v],
        B::City,
        [0x0b1024, 0x2a2140, 0xffb35c, 0x6fb0ff],
        Lighting::Cold,
        G::None,
    )
}

fn neon(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Asphalt, S::Gloss][v],
        [[0x101218, 0x24262e, 0x000000], [0x0a0a10, 0x12121a, 0xffffff]][v],
        B::Neon,
        [[0x14101f, 0x1a1430, 0xff2fa0, 0x28c8ff], [0x0d1420, 0x101a30, 0x7a3cff, 0x1fffd0]][rng.below(2)],
        Lighting::Rim,
        G::None,
    )
}

fn kitchen(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Marble, S::Wood][v],
        [CARRARA, OAK][v],
        B::TiledWall,
        [[0xeef0ee, 0xdfe4e2, 0xb8bcba, 0xb98a58], [0xc9d6cf, 0xb4c6bd, 0xe4e8e4, 0xc79a66], [0xe8e0d2, 0xdcd0bd, 0xb8ac98, 0x8a5a36]]
            [rng.below(3)],
        Lighting::Day,
        G::None,
    )
}

fn bathroom(v: usize) -> Recipe {
    table(
        [S::Slate, S::Tile][v],
        [[0x8f9290, 0xc3c5c2, 0xb0a898], [0xe4ecec, 0xcfdcdc, 0x9fb0b0]][v],
        B::TiledWall,
        [0xdfe9ea, 0xc6d8da, 0xf2f6f6, 0xb9a184],
        Lighting::Day,
        G::Leaves,
    )
}

fn studio(rng: &mut Rng) -> Recipe {
    let c = [[0xf2f1ef, 0xd8d6d3], [0xd9dde2, 0xaab2bc], [0xe9ded0, 0xcbb79f], [0xd3dcd4, 0xa3b3a6]][rng.below(4)];
    Recipe { edge: 0.10, ..table(S::Plain, [c[0], c[1], c[0]], B::Sweep, [c[0], c[1], c[1], c[0]], Lighting::Box, G::None) }
}

fn lobby(v: usize) -> Recipe {
    table(
        S::Marble,
        [NERO, [0x40362e, 0x584a3e, 0xcbb999]][v],
        B::Hall,
        [[0x6a5238, 0x2c2018, 0xd9bd92, 0xffc987], [0x4a4238, 0x1c1a18, 0xcfc3ae, 0xffd8a0]][v],
        Lighting::Warm,
        G::None,
    )
}

fn garden(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Wood, S::Grass][v],
        [ASH, [0x7d9a50, 0x263a1a, 0xb4c074]][v],
        B::Flowers,
        [[0x3d7a2c, 0xfff4cf, 0xf08fb0, 0xfdfdf6], [0x4a8034, 0xfff0d0, 0xf4c23a, 0xf2f2ff], [0x46743c, 0xf4f0ff, 0xa58ae0, 0xf3d4ee]]
            [rng.below(3)],
        Lighting::Sun,
        G::Leaves,
    )
}

fn snow() -> Recipe {
    land(S::Snow, [0xf8faff, 0xbccfe8, 0xffffff], B::SnowWood, [0x9fc0e2, 0xe6eef6, 0x27433f, 0xf6faff], Lighting::Sun)
}

fn autumn(v: usize) -> Recipe {
    table(S::Wood, [WALNUT, HONEY][v], B::Foliage, [0x3a1608, 0xa8480f, 0xf2a52a, 0xffe6a4], Lighting::Low, G::Leaves)
}

fn desert(v: usize) -> Recipe {
    land(
        S::Sand,
        [[0xb58a62, 0xdab98e, 0xf4d8a8], [0xa8765a, 0xcfa584, 0xf0c090]][v],
        B::Dunes,
        [[0x6fa8d6, 0xf4dfc2, 0xe6b67a, 0x9a6238], [0x7f9fd0, 0xf6cfae, 0xdd935a, 0x7f4428]][v],
        Lighting::Low,
    )
}

fn mountains(rng: &mut Rng) -> Recipe {
    Recipe {
        edge: 0.010,
        horizon: 0.42,
        ..table(
            [S::Slate, S::Wood][usize::from(rng.unit() < 0.3)],
            [[0x5b5a57, 0x97938b, 0x7c7563], ASH][usize::from(rng.unit() < 0.1)],
            B::Mountains,
            [0x4a8acb, 0xd3e2ee, 0x5a6470, 0x2f4a34],
            Lighting::Sun,
            G::None,
        )
    }
}

fn christmas(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Wood, S::Snow][usize::from(rng.unit() < 0.3)],
        [WALNUT, ESPRESSO][v],
        B::Tree,
        [0x1c120e, 0x3a1a10, 0x14402a, 0xffc46a],
        Lighting::Warm,
        G::None,
    )
}

fn blossom(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Wood, S::Plain][usize::from(rng.unit() < 0.3)],
        [ASH, OAK][v],
        B::Blossom,
        [0xa9d3f0, 0xe9f1f6, 0xf4adc2, 0xdf7396],
        Lighting::Sun,
        G::Leaves,
    )
}

fn water(v: usize, rng: &mut Rng) -> Recipe {
    land(
        S::Water,
        [[0x7fd0dc, 0x14708f, 0xf0fdff], [0x8fc8ea, 0x1d5fa8, 0xf4fbff]][v],
        [B::Deep, B::Sky][usize::from(rng.unit() < 0.35)],
        [[0x1f8fb0, 0xb4ecf4, 0xf4ffff, 0xffffff], [0x2f7fc8, 0xc0e2f8, 0xffffff, 0xb9d6ee]][v],
        Lighting::Sun,
    )
}

fn pastel(v: usize, rng: &mut Rng) -> Recipe {
    let c = [
        [0xf7cfd6, 0xe9b4c0, 0xfbe3c8, 0xcfe3f2],
        [0xcfe6df, 0xaed2c8, 0xf6dccb, 0xf4efe0],
        [0xd9d0f0, 0xbdb0e0, 0xf8d8e4, 0xcfe4f4],
        [0xfbe0c4, 0xf2c49c, 0xf6b8a8, 0xfdf0dc],
    ][rng.below(4)];
    table(S::Plain, [c[0], c[1], c[2]], B::Arches, c, Lighting::Box, [G::None, G::Palm][v])
}

fn black(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Gloss, S::Marble, S::Slate][rng.below(3)],
        [[0x0b0b0d, 0x121215, 0xffffff], NERO][v],
        B::Dark,
        [[0x0c0c0f, 0x3a3028, 0xd8b070, 0x000000], [0x0a0c10, 0x28323e, 0x9fc0e0, 0x000000], [0x0e0a0a, 0x45202a, 0xe0a080, 0x000000]]
            [rng.below(3)],
        Lighting::Rim,
        G::None,
    )
}

fn space(v: usize) -> Recipe {
    Recipe {
        edge: 0.008,
        ..land(
            S::Regolith,
            [0x3d3b3d, 0x8c8884, 0x000000],
            B::Space,
            [[0x04050c, 0x5a2a8a, 0x2a6ac0, 0xffffff], [0x05040a, 0x8a2a5a, 0xc0602a, 0xfff4e0]][v],
            Lighting::Cold,
        )
    }
}

fn gym(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Concrete, S::Asphalt][v],
        [[0x3a3c3f, 0x5c5e61, 0x2a2b2d], [0x1c1d20, 0x303236, 0x000000]][v],
        B::Gym,
        [0x1a1d22, 0x2d3138, 0xdfeaff, [0xf05a28, 0xd8ff3a][rng.below(2)]],
        Lighting::Box,
        G::None,
    )
}

fn bedroom(v: usize) -> Recipe {
    table(
        S::Linen,
        [WHITE_CLOTH, [0xe6dccd, 0xcdbfaa, 0xb7a68e]][v],
        B::Curtains,
        [0xf4efe8, 0xc9bfb2, 0xa9b79a, 0xfff8ec],
        Lighting::Day,
        [G::Window, G::None][v],
    )
}

fn vanity(v: usize) -> Recipe {
    table(
        [S::Marble, S::Gloss][v],
        [[0xf3e6e2, 0xd9b3ad, 0xb98a6a], [0xf2d8d6, 0xe6c0bf, 0xffffff]][v],
        B::Curtains,
        [[0xf7e4e0, 0xd8b0ac, 0xc9a79a, 0xfff2ea], [0xf4dfe4, 0xc9a2ae, 0xd8c0b0, 0xfff6f2]][v],
        Lighting::Box,
        [G::None, G::Leaves][v],
    )
}

fn library(v: usize) -> Recipe {
    table(S::Wood, [WALNUT, ESPRESSO][v], B::Shelves, [0x4a2f1e, 0x7a2a20, 0x24443a, 0xe0a860], Lighting::Warm, G::None)
}

fn restaurant(v: usize) -> Recipe {
    table([S::Linen, S::Wood][v], [WHITE_CLOTH, ESPRESSO][v], B::Candles, [0x241812, 0x5a3a26, 0xd8c8b4, 0xffb765], Lighting::Warm, G::None)
}

fn sunset(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Concrete, S::Wood][v],
        [[0x6f7074, 0x9a9a9c, 0x5c5a58], WALNUT][v],
        [B::Skyline, B::Env(EnvId::Sunset)][usize::from(rng.unit() < 0.2)],
        [0x4a5a96, 0xff9c5c, 0x2a2438, 0xffc888],
        Lighting::Low,
        G::None,
    )
}

fn hanok(v: usize) -> Recipe {
    table(S::Wood, [WALNUT, HONEY][v], B::Lattice, [0xf6ead2, 0xe0cda8, 0x6a4630, 0xfff4de], Lighting::Day, [G::Leaves, G::Window][v])
}

fn industrial(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Concrete, S::Metal][v],
        [[0x8f8d88, 0xb7b4ae, 0x6b6a66], [0x85888c, 0xb8bcc0, 0xffffff]][v],
        B::Wall,
        [[0xa5a29c, 0x6d6b67, 0x8a8a84, 0xffffff], [0xa88a7a, 0x6a5248, 0x8a8a84, 0xffffff]][rng.below(2)],
        Lighting::Box,
        [G::Window, G::Blinds][v],
    )
}

fn sky(v: usize, rng: &mut Rng) -> Recipe {
    Recipe {
        edge: 0.012,
        ..table(
            [S::Gloss, S::Water][rng.below(2)],
            [[0x9cc3e4, 0x7fb0da, 0xffffff], [0xa9cbe6, 0x4f86bd, 0xffffff]][v],
            B::Sky,
            [[0x3f8edb, 0xcfe6f8, 0xffffff, 0xb8cce4], [0x7f8fd8, 0xf8d3cf, 0xfff0e8, 0xd9a9c0]][v],
            Lighting::Sun,
            G::None,
        )
    }
}

fn party(v: usize) -> Recipe {
    table(
        S::Gloss,
        [[0x2a1c0c, 0x3a2814, 0xffffff], [0x1a0f1e, 0x2c1a30, 0xffffff]][v],
        B::Glitter,
        [[0x140b03, 0x4a2e10, 0xffb850, 0xffdca0], [0x120512, 0x451a3e, 0xff8cc8, 0xffd0a0]][v],
        Lighting::Warm,
        G::None,
    )
}

fn tropical(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Plain, S::Terrazzo, S::Sand][rng.below(3)],
        [[0xf6ead8, 0xe9d5b8, 0xe08a68], [0xf4ece0, 0xe8a080, 0x4fa39a]][v],
        B::Wall,
        [[0xf4d6b0, 0xe0a878, 0xffffff, 0xffffff], [0x7fcfc8, 0x3f9c9c, 0xffffff, 0xffffff], [0xf7b8a0, 0xe08a78, 0xffffff, 0xffffff]]
            [rng.below(3)],
        Lighting::Sun,
        G::Palm,
    )
}

fn home(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Wood, S::Linen][usize::from(rng.unit() < 0.25)],
        [OAK, HONEY][v],
        [B::Env(EnvId::Apartment), B::Curtains][v],
        [0xfff6ea, 0xc9bfb2, 0xa9b79a, 0xfff8ec],
        Lighting::Day,
        [G::None, G::Window][v],
    )
}

fn wood(rng: &mut Rng) -> Recipe {
    table(
        S::Wood,
        [HONEY, OAK, WALNUT][rng.below(3)],
        [B::Wall, B::Env(EnvId::Apartment), B::Foliage][rng.below(3)],
        [0xd9cdbd, 0x8c8072, 0xa9a07c, 0xfff2d8],
        Lighting::Day,
        G::Leaves,
    )
}

fn stone(v: usize, rng: &mut Rng) -> Recipe {
    table(
        [S::Slate, S::Terrazzo, S::Marble][rng.below(3)],
        [[0x6a6d70, 0x9a9c9c, 0x7d7466], [0xe9e4dc, 0xc08c72, 0x6f7f7a]][v],
        [B::Wall, B::Foliage][usize::from(rng.unit() < 0.3)],
        [0xc9c6bf, 0x86837c, 0x9ab07a, 0xfff6dc],
        Lighting::Day,
        [G::Leaves, G::Window][v],
    )
}

fn plaster(rng: &mut Rng) -> Recipe {
    let c = [[0xe9dfd2, 0xb8a894], [0xdfe2e0, 0x9fa8a8], [0xe6cdbc, 0xb48a74], [0xd3d8c8, 0x939c84]][rng.below(4)];
    table(
        [S::Plain, S::Concrete, S::Marble][rng.below(3)],
        [[c[0], c[1], 0xffffff], CALACATTA][usize::from(rng.unit() < 0.2)],
        B::Wall,
        [c[0], c[1], c[0], 0xffffff],
        Lighting::Sun,
        [G::Window, G::Palm, G::Leaves][rng.below(3)],
    )
}
