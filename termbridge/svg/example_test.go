package svg_test

import (
	"fmt"
	"os"

	"podium/termbridge/svg"
	"podium/termbridge/vt"
)

// What a program wrote becomes a picture of its screen.
func Example() {
	t := vt.New(vt.Options{Cols: 5, Rows: 1})
	fmt.Fprint(t, "\x1b[1;31mhi\x1b[m")
	_ = svg.Write(os.Stdout, svg.Capture(t), svg.Options{Palette: svg.Light(), HideCursor: true})
	// Output:
	// <svg xmlns="http://www.w3.org/2000/svg" width="74" height="44" viewBox="0 0 74 44" role="img" font-family="ui-monospace,&#39;DejaVu Sans Mono&#39;,&#39;JetBrains Mono&#39;,Menlo,Consolas,&#39;Liberation Mono&#39;,monospace" font-size="16.6">
	// <style>.m{text-anchor:middle}.c0{fill:#c93a45;font-weight:bold}</style>
	// <rect x=".5" y=".5" width="73" height="43" rx="8" fill="#fcfcfa" stroke="#d1d1d2"/>
	// <g transform="translate(12 12)">
	// <text class="c0" x="0" y="15" textLength="20" lengthAdjust="spacingAndGlyphs">hi</text>
	// </g>
	// </svg>
}
