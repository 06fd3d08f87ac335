#!/bin/sh
# Draws the contact sheet of all templates, docs/templates.jpg: five photos in three formats each. Look at every picture after a change of a
# template. With TEMPLATE=sale SHEET=/tmp/sale only this one's pictures are drawn, into that folder and larger.
cd "$(dirname "$0")/.." || exit 1
exec cargo nextest run --locked --run-ignored only contact_sheet
