package themes

import (
	"math"
	"testing"
)

// sights are how people without one of the cones see: matrices over linear RGB,
// from Machado, Oliveira and Fernandes, "A Physiologically-based Model for
// Simulation of Color Vision Deficiency" (2009), severity 1.
var sights = map[string][3][3]float64{
	"everybody": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia": {
		{0.152286, 1.052583, -0.204868},
		{0.114503, 0.786281, 0.099216},
		{-0.003882, -0.048116, 1.051998},
	},
	"deuteranopia": {
		{0.367322, 0.860646, -0.227968},
		{0.280085, 0.672501, 0.047413},
		{-0.011820, 0.042940, 0.968881},
	},
	"tritanopia": {
		{1.255528, -0.076749, -0.178779},
		{-0.078411, 0.930809, 0.147602},
		{0.004733, 0.691367, 0.303900},
	},
}

// seen is a colour in CIE L*a*b* (D65) as somebody sees it.
func seen(c rgb, sight [3][3]float64) [3]float64 {
	r, g, b := c.parts()
	in := [3]float64{linear(r), linear(g), linear(b)}
	var rgb [3]float64
	for i, row := range sight {
		for j, w := range row {
			rgb[i] += w * in[j]
		}
		rgb[i] = min(max(rgb[i], 0), 1)
	}
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124*rgb[0] + 0.3576*rgb[1] + 0.1805*rgb[2]) / 0.9505)
	y := f(0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2])
	z := f((0.0193*rgb[0] + 0.1192*rgb[1] + 0.9505*rgb[2]) / 1.0890)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// apart is how different two colours look, as CIE76 has it; 2.3 is just seen.
func apart(a, b rgb, sight [3][3]float64) float64 {
	p, q := seen(a, sight), seen(b, sight)
	return math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
}

// TestColourBlindEyesTellStatesApart holds midnight to what it says of itself: no
// two states, streams or sides of a difference look alike to people without one
// kind of cones.
func TestColourBlindEyesTellStatesApart(t *testing.T) {
	th := Builtin().find("midnight", true)
	for name, sight := range sights {
		for _, group := range [][]Role{{OK, Warning, Error, Pending}, {OK, Error, Terminating}, {Stdout, Stderr}, {Added, Removed}, {Selected, Marked}} {
			for i, a := range group {
				for _, b := range group[i+1:] {
					ca, cb := th.data.styles[a].fg, th.data.styles[b].fg
					if a == Selected {
						ca, cb = th.data.styles[a].bg, th.data.styles[b].bg
					}
					if d := apart(ca, cb, sight); d < 15 {
						t.Errorf("%s: %s and %s are %.1f apart", name, a, b, d)
					}
				}
			}
		}
	}
}
