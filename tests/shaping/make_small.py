"""Makes small fonts of the tests of shaping. Drawn here, CC0. Needs fontTools: pip install fonttools; python make_small.py

small/layers.ttf    emoji of two coloured layers each (COLR version 0): U+1F355 and a joined one, U+1F469 U+200D U+1F467
small/pictures.ttf  emoji as a picture (sbix): U+1F600, a green square in PNG of 64 x 64 pixels, without outlines
small/rules.ttf     "A" tries 120,000 rules: 200 lookups share one with 600 rules
small/growth.ttf    "A" becomes 1,000 letters
"""

import pathlib
import struct
import zlib

from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import newTable
from fontTools.ttLib.tables.sbixGlyph import Glyph as SbixGlyph
from fontTools.ttLib.tables.sbixStrike import Strike

HERE = pathlib.Path(__file__).resolve().parent / "small"


def box(x0, y0, x1, y1):
    pen = TTGlyphPen(None)
    if x1 > x0:
        pen.moveTo((x0, y0))
        pen.lineTo((x0, y1))
        pen.lineTo((x1, y1))
        pen.lineTo((x1, y0))
        pen.closePath()
    return pen.glyph()


def font(family, glyphs, cmap):
    fb = FontBuilder(1000, isTTF=True)
    fb.setupGlyphOrder([".notdef", "space", *glyphs])
    fb.setupCharacterMap({32: "space", **cmap})
    fb.setupGlyf({".notdef": box(50, 0, 450, 700), "space": box(0, 0, 0, 0), **glyphs})
    fb.setupHorizontalMetrics({name: (1000, 0) for name in fb.font.getGlyphOrder()})
    fb.setupHorizontalHeader(ascent=800, descent=-200)
    fb.setupNameTable({"familyName": family, "styleName": "Regular", "fullName": family, "psName": family.replace(" ", "")})
    fb.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWeightClass=400)
    fb.setupPost()
    return fb


def layers():
    empty = box(0, 0, 0, 0)
    glyphs = {"pizza": empty, "woman": empty, "zwj": empty, "girl": empty, "family": empty, "large": box(100, 0, 900, 800), "small": box(300, 200, 700, 600)}
    fb = font("Layers", glyphs, {0x1F355: "pizza", 0x1F469: "woman", 0x200D: "zwj", 0x1F467: "girl"})
    addOpenTypeFeaturesFromString(fb.font, "feature ccmp { sub woman zwj girl by family; } ccmp;")
    drawn = {"pizza": [("large", 0), ("small", 1)], "woman": [("large", 1)], "girl": [("small", 1)], "family": [("large", 1), ("small", 0)]}
    fb.font["COLR"] = buildCOLR(drawn, version=0)
    fb.font["CPAL"] = buildCPAL([[(1.0, 0.0, 0.0, 1.0), (1.0, 0.8, 0.0, 1.0)]])
    fb.save(HERE / "layers.ttf")


def png(width, height, color):
    chunk = lambda tag, data: struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
    rows = (b"\0" + bytes(color) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def pictures():
    fb = font("Pictures", {"face": box(0, 0, 0, 0)}, {0x1F600: "face"})
    strike = Strike(ppem=64, resolution=72)
    for name in fb.font.getGlyphOrder():
        has_picture = name == "face"
        picture = {"graphicType": "png ", "imageData": png(64, 64, (0, 160, 0, 255))} if has_picture else {}
        strike.glyphs[name] = SbixGlyph(glyphName=name, originOffsetX=0, originOffsetY=-8, **picture)
    sbix = fb.font["sbix"] = newTable("sbix")
    sbix.version, sbix.flags, sbix.strikes = 1, 1, {64: strike}
    fb.save(HERE / "pictures.ttf")
    raw = fb.font
    del raw["glyf"], raw["loca"]
    raw.save(HERE / "pictures.ttf")


def gsub(lookup, copies):
    """A table whose lookups are all the same one, applied by the feature ccmp of the default script."""
    indices = b"".join(struct.pack(">H", i) for i in range(copies))
    scripts = struct.pack(">H4sH", 1, b"DFLT", 8) + struct.pack(">HH", 4, 0) + struct.pack(">HHHH", 0, 0xFFFF, 1, 0)
    features = struct.pack(">H4sH", 1, b"ccmp", 8) + struct.pack(">HH", 0, copies) + indices
    lookups = struct.pack(">H", copies) + struct.pack(">H", 2 + 2 * copies) * copies + lookup
    at = 10
    return struct.pack(">HHHHH", 1, 0, at, at + len(scripts), at + len(scripts) + len(features)) + scripts + features + lookups


def raw_table(fb, tag, data):
    table = fb.font[tag] = newTable(tag)
    table.data = data
    table.compile = lambda font: data


def hostile():
    a = {0x41: "A"}
    coverage = struct.pack(">HHH", 1, 1, 2)
    # Context, format 1: one set whose rules are all the same, "A A A A A" without an effect.
    count = 600
    rule = struct.pack(">HHHHHH", 5, 0, 2, 2, 2, 2)
    ruleset = struct.pack(">H", count) + struct.pack(">H", 2 + 2 * count) * count + rule
    context = struct.pack(">HHHH", 1, 8, 1, 8 + len(coverage)) + coverage + ruleset
    fb = font("Rules", {"A": box(50, 0, 450, 700)}, a)
    raw_table(fb, "GSUB", gsub(struct.pack(">HHHH", 5, 0, 1, 8) + context, 200))
    fb.save(HERE / "rules.ttf")
    sequence = struct.pack(">H", 1000) + struct.pack(">H", 2) * 1000
    multiple = struct.pack(">HHHH", 1, 8, 1, 8 + len(coverage)) + coverage + sequence
    fb = font("Growth", {"A": box(50, 0, 450, 700)}, a)
    raw_table(fb, "GSUB", gsub(struct.pack(">HHHH", 2, 0, 1, 8) + multiple, 1))
    fb.save(HERE / "growth.ttf")


HERE.mkdir(exist_ok=True)
layers()
pictures()
hostile()
