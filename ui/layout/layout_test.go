package layout

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// picture draws who has which cell; lines are bars.
func picture(t *Tree, area Rect) string {
	rows := make([][]rune, area.Rows)
	for y := range rows {
		rows[y] = slices.Repeat([]rune{'?'}, area.Cols)
	}
	put := func(r Rect, c rune) {
		for y := r.Y; y < r.Y+r.Rows; y++ {
			for x := r.X; x < r.X+r.Cols; x++ {
				if rows[y][x] != '?' {
					c = '#' // twice
				}
				rows[y][x] = c
			}
		}
	}
	for _, p := range t.Places(area) {
		put(p.Rect, rune('a'+p.ID))
	}
	for _, l := range t.Lines(area) {
		put(l, '|')
	}
	var out strings.Builder
	for _, r := range rows {
		out.WriteString(string(r) + "\n")
	}
	return out.String()
}

func area(cols, rows int) Rect { return Rect{Cols: cols, Rows: rows} }

func split(t *testing.T, tree *Tree, a Rect, at, added ID, beside bool) {
	t.Helper()
	if !tree.Split(a, at, added, beside) {
		t.Fatalf("%d cannot be split in\n%s", at, picture(tree, a))
	}
}

func TestSplittingAndClosing(t *testing.T) {
	a := area(21, 6)
	tree := New(0)
	check := func(want ...string) {
		t.Helper()
		if got := picture(tree, a); got != strings.Join(want, "\n")+"\n" {
			t.Errorf("got\n%s", got)
		}
	}
	split(t, tree, a, 0, 1, true)
	split(t, tree, a, 1, 2, false)
	half := func(l, r string) string { return strings.Repeat(l, 10) + "|" + strings.Repeat(r, 10) }
	check(half("a", "b"), half("a", "b"), half("a", "b"), half("a", "c"), half("a", "c"), half("a", "c"))
	if tree.Split(a, 0, 3, true) || tree.Split(a, 2, 3, false) || tree.Split(a, 9, 3, false) {
		t.Error("a pane is split for which there is no room")
	}
	if heir, ok := tree.Remove(1); heir != 2 || !ok {
		t.Errorf("the room of 1 goes to %d, %v", heir, ok)
	}
	check(half("a", "c"), half("a", "c"), half("a", "c"), half("a", "c"), half("a", "c"), half("a", "c"))
	tree.Remove(0)
	if _, ok := tree.Remove(2); ok {
		t.Error("the last pane was removed")
	}
	line := strings.Repeat("c", 21)
	check(line, line, line, line, line, line)
}

func TestARowWithinARowIsOne(t *testing.T) {
	a := area(60, 20)
	tree := New(0)
	split(t, tree, a, 0, 1, true)  // a|b
	split(t, tree, a, 1, 2, false) // a|b/c
	split(t, tree, a, 1, 3, true)  // a|(b|d)/c
	tree.Remove(2)
	if got := len(tree.root.kids); got != 3 || tree.Len() != 3 {
		t.Errorf("%d panes in the row of\n%s", got, picture(tree, a))
	}
}

func TestNeighbors(t *testing.T) {
	a := area(60, 20)
	tree := New(0)
	split(t, tree, a, 0, 1, true)
	split(t, tree, a, 1, 2, false)
	split(t, tree, a, 2, 3, true) // a | b / (c|d)
	for _, c := range []struct {
		from ID
		d    Direction
		want ID // -1 for none
	}{
		{0, Right, 1},
		{0, Left, -1},
		{0, Up, -1},
		{1, Left, 0},
		{1, Down, 2},
		{2, Up, 1},
		{2, Right, 3},
		{3, Left, 2},
		{3, Up, 1},
		{3, Down, -1},
		{2, Left, 0},
		{7, Left, -1},
	} {
		got, ok := tree.Neighbor(a, c.from, c.d)
		if !ok {
			got = -1
		}
		if got != c.want {
			t.Errorf("from %d to %d: %d, want %d", c.from, c.d, got, c.want)
		}
	}
}

func TestBorders(t *testing.T) {
	a := area(61, 20)
	tree := New(0)
	split(t, tree, a, 0, 1, true)
	split(t, tree, a, 1, 2, false)
	width := func() int { return tree.Places(a)[0].Cols }
	if tree.Push(a, 0, Right, 4); width() != 34 {
		t.Errorf("pushed to the right: %d", width())
	}
	if tree.Push(a, 0, Left, 4); width() != 30 { // no border there: the other one follows
		t.Errorf("pushed to the left: %d", width())
	}
	if tree.Push(a, 2, Right, 3); width() != 33 { // at the edge: its left border
		t.Errorf("from the pane at the edge: %d", width())
	}
	if tree.Push(a, 0, Right, 1000); width() != 61-gap-MinCols {
		t.Errorf("as far as it goes: %d", width())
	}
	if tree.Push(a, 0, Right, 1) {
		t.Error("pushed beyond the least size")
	}
	if tree.Push(a, 0, Down, 1) {
		t.Error("there is no border above or below, and one moved")
	}
	if moved, ok := tree.Move(a, 2, Up, -2); !moved || !ok || tree.Places(a)[2].Rows != 12 {
		t.Errorf("the border above moved %v %v to %+v", moved, ok, tree.Places(a)[2])
	}
}

func TestAnyLayoutCoversItsArea(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Rect{rapid.IntRange(0, 3).Draw(t, "x"), rapid.IntRange(0, 3).Draw(t, "y"), rapid.IntRange(1, 200).Draw(t, "cols"), rapid.IntRange(1, 60).Draw(t, "rows")}
		tree := New(0)
		next := ID(1)
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			ids := tree.Panes()
			at := rapid.SampledFrom(ids).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				if tree.Split(a, at, next, rapid.Bool().Draw(t, "beside")) {
					next++
				}
			case 2:
				tree.Remove(at)
			default:
				tree.Push(a, at, Direction(rapid.IntRange(0, 3).Draw(t, "d")), rapid.IntRange(0, 300).Draw(t, "cells"))
			}
			check(t, tree, a)
			check(t, tree, Rect{Cols: rapid.IntRange(0, 250).Draw(t, "other"), Rows: 24})
		}
	})
}

func check(t *rapid.T, tree *Tree, a Rect) {
	if !tree.Fits(a) {
		tree.Places(a) // whatever it says, it comes back
		return
	}
	cells := 0
	all := []Rect{}
	for _, p := range tree.Places(a) {
		if p.Cols < MinCols || p.Rows < MinRows {
			t.Fatalf("%+v is too small in %+v", p, a)
		}
		all = append(all, p.Rect)
	}
	all = append(all, tree.Lines(a)...)
	for i, r := range all {
		cells += r.Cols * r.Rows
		if r.X < a.X || r.Y < a.Y || r.X+r.Cols > a.X+a.Cols || r.Y+r.Rows > a.Y+a.Rows {
			t.Fatalf("%+v is outside %+v", r, a)
		}
		for _, o := range all[:i] {
			if r.X < o.X+o.Cols && o.X < r.X+r.Cols && r.Y < o.Y+o.Rows && o.Y < r.Y+r.Rows {
				t.Fatalf("%+v lies over %+v", r, o)
			}
		}
	}
	if cells != a.Cols*a.Rows {
		t.Fatalf("%d of %d cells are covered: %v", cells, a.Cols*a.Rows, fmt.Sprint(all))
	}
}

// A border that cannot move leaves the shares as they are: the room may come
// back.
func TestMovingWithoutRoomKeepsTheShares(t *testing.T) {
	tree, big := New(0), area(81, 6)
	split(t, tree, big, 0, 1, true)
	if !tree.Push(big, 0, Right, 20) {
		t.Fatal("nothing moved")
	}
	before := picture(tree, big)
	for _, small := range []Rect{area(1, 1), area(4, 2), area(0, 0)} {
		if tree.Push(small, 0, Right, 5) {
			t.Errorf("in %v a border moved", small)
		}
	}
	if got := picture(tree, big); got != before {
		t.Errorf("it is now\n%s", got)
	}
}
