//! More recipes: landscapes, shops, stages and painted sets.

use super::gobo::GoboKind as G;
use super::noise::Rng;
use super::recipe::{Lighting, Recipe, land, table};
use super::spec::{BackdropKind as B, Family as F};
use super::surface::SurfaceKind as S;

const OAK: [u32; 3] = [0xd6c0a3, 0xa6876a, 0xc7aa88];
const WALNUT: [u32; 3] = [0x846853, 0x3f2f26, 0x634c3b];
const DECK: [u32; 3] = [0xa88a6a, 0x6a5038, 0x8e7254];
const PALE: [u32; 3] = [0xe9e6e0, 0xd6d2ca, 0xffffff];

/// The recipe of one of these families; `None` for any other. The seed chooses between two variants.
pub(super) fn recipe(family: F, v: usize, rng: &mut Rng) -> Option<Recipe> {
    Some(match family {
        F::City => table(
            [S::Concrete, S::Slate][v],
            [[0xa09e9a, 0xc4c1bb, 0x7a7874], [0x6a6c70, 0x929498, 0x7c766c]][v],
            B::Towers,
            [0x6fa6dc, 0xdfeaf2, 0x8fa0b4, 0xf4f8fc],
            Lighting::Sun,
            G::None,
        ),
        F::Lake => Recipe {
            edge: 0.012,
            horizon: 0.44,
            ..land(
                S::Water,
                [[0x7fb4c8, 0x1a5468, 0xe8f6fa], [0x86b0cc, 0x23507a, 0xf0f6fc]][v],
                B::Mountains,
                [0x5a94cc, 0xdce6ee, 0x5c6a74, 0x34583c],
                Lighting::Sun,
            )
        },
        F::Field => land(
            S::Grass,
            [[0x8fb04a, 0x3a5a1c, 0xc8d070], [0xc8a850, 0x6a4a18, 0xe8d088]][v],
            B::Hills,
            [[0x5a9cdc, 0xe4eef2, 0x7fa84a, 0x4a7a30], [0x6aa4dc, 0xf4ead2, 0xd0b058, 0x8a7a38]][v],
            Lighting::Sun,
        ),
        F::Waterfall => {
            table(S::Slate, [0x4a4e4a, 0x767c74, 0x4c5e34], B::Waterfall, [0x10240f, 0x2c5424, 0x84ac48, 0xeaf6f4], Lighting::Day, G::None)
        }
        F::Bamboo => table(
            [S::Wood, S::Slate][v],
            [DECK, [0x565a54, 0x82867c, 0x5e6848]][v],
            B::Bamboo,
            [0x14300f, 0x4a7a28, 0xa4c85a, 0xf2f8d0],
            Lighting::Day,
            G::Leaves,
        ),
        F::Greenhouse => table(
            [S::Wood, S::Terrazzo][v],
            [OAK, [0xe9e6dc, 0x9aa88a, 0xc0a080]][v],
            B::Greenhouse,
            [0x173416, 0x3f7a34, 0x9ac660, 0xf6faf0],
            Lighting::Day,
            [G::Leaves, G::Window][v],
        ),
        F::Gallery => table(
            [S::Concrete, S::Wood][v],
            [[0xbcbab6, 0xd8d6d2, 0x9a9894], OAK][v],
            B::Gallery,
            [[0xeceae6, 0xc4c0ba, 0x3a4a5c, 0xb86a42], [0xe8e6e4, 0xbcb8b4, 0x8a3a34, 0x3f5a4c]][v],
            Lighting::Box,
            G::None,
        ),
        F::Boutique => table(
            [S::Marble, S::Plain][v],
            [[0xe9e4dc, 0xc9bfb0, 0x8a7a62], PALE][v],
            B::Niches,
            [[0xe0d4c4, 0xb8a48c, 0xffe2b4, 0xa8785a], [0xd8dcd8, 0xa8b0ac, 0xfff0d4, 0x5c6a64]][v],
            Lighting::Warm,
            G::None,
        ),
        F::Brick => table(
            [S::Wood, S::Concrete][v],
            [WALNUT, [0x8f8d88, 0xb7b4ae, 0x6b6a66]][v],
            B::Bricks,
            [[0xa65a40, 0x5c2c20, 0xc07a5a, 0xffd8a0], [0xd8d2c8, 0x9a948a, 0xe8e4dc, 0xffe8c8]][v],
            Lighting::Day,
            [G::Leaves, G::Window][v],
        ),
        _ => return sets(family, v, rng),
    })
}

/// Stages, lights and painted sets.
fn sets(family: F, v: usize, rng: &mut Rng) -> Option<Recipe> {
    Some(match family {
        F::Gradient => Recipe {
            edge: 0.09,
            ..table(
                S::Plain,
                [[0xf4c4a8, 0xe8a890, 0xffffff], [0xa8c8f0, 0x88a8e0, 0xffffff]][v],
                B::Gradient,
                [[0xff9e7a, 0xffe0b0, 0xe86a8a, 0xffffff], [0x6a9cf0, 0xe0d4ff, 0x8a6ae0, 0xffffff]][v],
                Lighting::Box,
                G::None,
            )
        },
        F::Drape => table(
            S::Silk,
            [[0xefe0d2, 0xcbb09c, 0xf7efe8], [0xe4cfd0, 0xb89496, 0xf4e6e6]][v],
            B::Drape,
            [[0xe8d6c4, 0x9a7c66, 0xd4bca6, 0xfff6ea], [0xdcc0c2, 0x8a6468, 0xc4a2a6, 0xfff0ee]][v],
            Lighting::Day,
            G::None,
        ),
        F::Stage => table(
            S::Gloss,
            [0x0c0c10, 0x16161c, 0xffffff],
            B::Stage,
            [[0x06060e, 0x1a1030, 0x6a7cff, 0xff5aa8], [0x0a0608, 0x2a1214, 0xffb060, 0xff5a48]][v],
            Lighting::Rim,
            G::None,
        ),
        F::Aurora => land(
            [S::Snow, S::Ice][v],
            [[0xdce6f6, 0x8ea6c8, 0xffffff], [0xb4d0e4, 0x3f6a8c, 0xffffff]][v],
            B::Aurora,
            [0x050a1c, 0x12284a, 0x3cf0a0, 0x9a6aff],
            Lighting::Cold,
        ),
        F::Fireworks => table(
            [S::Gloss, S::Water][v],
            [[0x0a0c14, 0x141824, 0xffffff], [0x22304e, 0x080e1e, 0x8aa0d0]][v],
            B::Fireworks,
            [0x060a1c, 0x182048, 0xffb45c, 0xff5a8a],
            Lighting::Cold,
            G::None,
        ),
        F::Fireplace => table(
            S::Wood,
            [WALNUT, [0x55463c, 0x241c18, 0x3c3029]][v],
            B::Fire,
            [0x120a06, 0x3a1c10, 0xff8a2c, 0xffc66a],
            Lighting::Warm,
            G::None,
        ),
        _ => return gatherings(family, v, rng),
    })
}

/// Places where people meet, work and play.
fn gatherings(family: F, v: usize, rng: &mut Rng) -> Option<Recipe> {
    Some(match family {
        F::Camp => table(
            [S::Wood, S::Grass][v],
            [DECK, [0x4a6a30, 0x16240e, 0x7a8a48]][v],
            B::Camp,
            [0x0c1830, 0x2c4468, 0x101c16, 0xffb45a],
            Lighting::Cold,
            G::None,
        ),
        F::Ice => land(S::Ice, [0xd6ecf6, 0x5a96be, 0xffffff], B::Ice, [0x5f9ed0, 0xd4e8f4, 0x2a6a9c, 0xe8f6fc], Lighting::Sun),
        F::Road => Recipe {
            horizon: 0.47,
            edge: 0.008,
            ..land(
                S::Asphalt,
                [0x3a3b3f, 0x5a5b5f, 0x000000],
                [B::Mountains, B::Hills][v],
                [[0x4a8acb, 0xe0e8ee, 0x6a6a68, 0x4a5a3c], [0x5a9cdc, 0xf2ead8, 0xb09a5a, 0x6a7a40]][v],
                Lighting::Low,
            )
        },
        F::Market => table(
            [S::Wood, S::Plain][v],
            [DECK, [0xc8b496, 0xa89272, 0xffffff]][v],
            B::Market,
            [[0x2a1c16, 0x6a4a34, 0xc83c2c, 0xffbe6a], [0x1c2028, 0x4a4c5a, 0x2c6a8a, 0xffc478]][v],
            Lighting::Warm,
            G::None,
        ),
        F::Romance => table(
            [S::Linen, S::Gloss][v],
            [[0xf6dede, 0xe4bcc0, 0xcfa0a6], [0xd87a8c, 0xb85a70, 0xffffff]][v],
            B::Hearts,
            [[0x7a1c34, 0xd86a84, 0xffc0cc, 0xffe8e0], [0xc85a78, 0xf4b4c0, 0xffe0e6, 0xfff4ec]][v],
            Lighting::Warm,
            G::None,
        ),
        F::Kids => table(
            [S::Wood, S::Plain][v],
            [OAK, [0xf4ead8, 0xe4d4bc, 0xffffff]][v],
            B::Nursery,
            [[0xf4e6d0, 0xbfdfe8, 0xf2a88c, 0xf6d070], [0xdcecf0, 0xf6d8dc, 0xa8cfa4, 0xf4c078]][rng.below(2)],
            Lighting::Day,
            G::None,
        ),
        F::Laboratory => table(
            [S::Plain, S::Metal][v],
            [[0xeef2f4, 0xd8e0e4, 0xffffff], [0xb4bac0, 0xdce0e4, 0xffffff]][v],
            B::Glassware,
            [0xc4d6de, 0x7f9cac, 0x3f9cc8, 0xe4f2f8],
            Lighting::Box,
            G::None,
        ),
        _ => return None,
    })
}
