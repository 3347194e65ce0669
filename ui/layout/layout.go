// Package layout divides a rectangle of cells between panes. A pane may be split
// in two, side by side or one below the other, as often as there is room; what a
// pane gives up goes to its neighbours. It is arithmetic and nothing else: it
// draws nothing and knows no pane but by its number.
//
// Panes side by side have a column for a line between them. Panes below one
// another have none: each draws its own title in its first row.
package layout

import "slices"

// ID is a pane, whatever the caller means by it.
type ID int

// Rect is a rectangle in cells; X and Y count from 0.
type Rect struct{ X, Y, Cols, Rows int }

// Has tells whether the cell lies in the rectangle.
func (a Rect) Has(x, y int) bool {
	return x >= a.X && x < a.X+a.Cols && y >= a.Y && y < a.Y+a.Rows
}

// Direction is a side of a pane, or the way towards it.
type Direction int

// The directions.
const (
	Left Direction = iota
	Right
	Up
	Down
)

func (d Direction) sideways() bool { return d == Left || d == Right }
func (d Direction) forward() bool  { return d == Right || d == Down }

// A pane is never made smaller than this; MinRows counts the row of its title.
const (
	MinCols = 10
	MinRows = 3
)

// gap is the column between panes side by side.
const gap = 1

// Place is where a pane is.
type Place struct {
	ID ID
	Rect
}

// Tree says how the room is divided. It keeps shares, not cells: the area is
// given with each question, and may be another one each time. It is not safe for
// concurrent use.
type Tree struct{ root *node }

// node is a pane, or a row or column of nodes.
type node struct {
	id     ID
	kids   []*node // none of a pane, else two at least
	beside bool    // the kids stand side by side
	share  float64 // of the parent's room, beside those of its siblings
}

// New is one pane that has all the room.
func New(id ID) *Tree { return &Tree{root: &node{id: id, share: 1}} }

// Len is the number of panes.
func (t *Tree) Len() int { return len(t.root.panes(nil)) }

// Panes are the panes, from the upper left on.
func (t *Tree) Panes() []ID { return t.root.panes(nil) }

func (n *node) panes(all []ID) []ID {
	if n.kids == nil {
		return append(all, n.id)
	}
	for _, k := range n.kids {
		all = k.panes(all)
	}
	return all
}

// Split gives half of a pane's room to a new one, to its right or below it. It
// changes nothing and says false when there is no such pane or too little room
// in the area.
func (t *Tree) Split(area Rect, at, added ID, beside bool) bool {
	room, ok := t.place(area, at)
	if !ok || beside && room.Cols < 2*MinCols+gap || !beside && room.Rows < 2*MinRows {
		return false
	}
	path := t.root.path(at, nil)
	n := path[len(path)-1]
	fresh := &node{id: added}
	if len(path) > 1 && path[len(path)-2].beside == beside {
		parent := path[len(path)-2]
		n.share /= 2
		fresh.share = n.share
		parent.kids = slices.Insert(parent.kids, slices.Index(parent.kids, n)+1, fresh)
		return true
	}
	old := &node{id: n.id, share: 1}
	fresh.share = 1
	*n = node{share: n.share, beside: beside, kids: []*node{old, fresh}}
	return true
}

// Remove takes a pane out; what is before it, else what is after, gets its room,
// and the nearest pane there is returned. The last pane stays.
func (t *Tree) Remove(id ID) (heir ID, ok bool) {
	path := t.root.path(id, nil)
	if len(path) < 2 {
		return 0, false
	}
	parent := path[len(path)-2]
	i := slices.Index(parent.kids, path[len(path)-1])
	gains := parent.kids[max(i-1, 0)]
	if i == 0 {
		gains = parent.kids[1]
	}
	gains.share += parent.kids[i].share
	near := gains.panes(nil)
	if heir = near[0]; i > 0 {
		heir = near[len(near)-1]
	}
	parent.kids = slices.Delete(parent.kids, i, i+1)
	if len(parent.kids) > 1 {
		return heir, true
	}
	only := parent.kids[0]
	only.share = parent.share
	*parent = *only
	if len(path) < 3 || parent.kids == nil {
		return heir, true
	}
	// A row within a row is one row.
	if outer := path[len(path)-3]; outer.beside == parent.beside {
		sum := 0.0
		for _, k := range parent.kids {
			sum += k.share
		}
		for _, k := range parent.kids {
			k.share *= parent.share / sum
		}
		at := slices.Index(outer.kids, parent)
		outer.kids = slices.Replace(outer.kids, at, at+1, parent.kids...)
	}
	return heir, true
}

// path are the nodes from n down to the pane, none when it is not there.
func (n *node) path(id ID, above []*node) []*node {
	above = append(above, n)
	if n.kids == nil {
		if n.id == id {
			return above
		}
		return nil
	}
	for _, k := range n.kids {
		if p := k.path(id, above); p != nil {
			return p
		}
	}
	return nil
}

// least is the smallest size of the node.
func (n *node) least() (cols, rows int) {
	if n.kids == nil {
		return MinCols, MinRows
	}
	for _, k := range n.kids {
		c, r := k.least()
		if n.beside {
			cols, rows = cols+c, max(rows, r)
		} else {
			cols, rows = max(cols, c), rows+r
		}
	}
	if n.beside {
		cols += gap * (len(n.kids) - 1)
	}
	return cols, rows
}

// Fits tells whether the area has room for every pane.
func (t *Tree) Fits(area Rect) bool {
	cols, rows := t.root.least()
	return area.Cols >= cols && area.Rows >= rows
}

// Places are the rectangles of all panes, in the order of Panes. Together with
// Lines they cover the area, and each has its least size where the tree Fits.
func (t *Tree) Places(area Rect) []Place {
	var out []Place
	t.root.lay(area, func(n *node, r Rect) {
		if n.kids == nil {
			out = append(out, Place{n.id, r})
		}
	})
	return out
}

// Lines are the columns between panes that stand side by side.
func (t *Tree) Lines(area Rect) []Rect {
	var out []Rect
	t.root.lay(area, func(n *node, r Rect) {
		if n.kids == nil || !n.beside {
			return
		}
		x := r.X
		for _, size := range n.sizes(r)[:len(n.kids)-1] {
			x += size
			out = append(out, Rect{x, r.Y, gap, r.Rows})
			x += gap
		}
	})
	return out
}

// lay calls f with every node and its rectangle.
func (n *node) lay(area Rect, f func(*node, Rect)) {
	f(n, area)
	if n.kids == nil {
		return
	}
	sizes := n.sizes(area)
	for i, k := range n.kids {
		if n.beside {
			k.lay(Rect{area.X, area.Y, sizes[i], area.Rows}, f)
			area.X += sizes[i] + gap
		} else {
			k.lay(Rect{area.X, area.Y, area.Cols, sizes[i]}, f)
			area.Y += sizes[i]
		}
	}
}

// sizes are the columns, or rows, that the kids get: by their shares, but none
// less than it needs as long as there is enough for all.
func (n *node) sizes(area Rect) []int {
	total := area.Rows
	if n.beside {
		total = area.Cols - gap*(len(n.kids)-1)
	}
	total = max(total, 0)
	sum := 0.0
	for _, k := range n.kids {
		sum += k.share
	}
	sizes := make([]int, len(n.kids))
	upTo, used := 0.0, 0
	for i, k := range n.kids {
		upTo += k.share
		sizes[i] = int(float64(total)*upTo/sum+0.5) - used
		used += sizes[i]
	}
	least := n.leasts()
	for i := range sizes {
		for sizes[i] < least[i] {
			rich := -1
			for j := range sizes {
				if sizes[j] > least[j] && (rich < 0 || sizes[j]-least[j] > sizes[rich]-least[rich]) {
					rich = j
				}
			}
			if rich < 0 {
				return sizes
			}
			d := min(least[i]-sizes[i], max((sizes[rich]-least[rich])/2, 1))
			sizes[rich] -= d
			sizes[i] += d
		}
	}
	return sizes
}

// leasts are the least sizes of the kids along the node.
func (n *node) leasts() []int {
	out := make([]int, len(n.kids))
	for i, k := range n.kids {
		cols, rows := k.least()
		if out[i] = rows; n.beside {
			out[i] = cols
		}
	}
	return out
}

// place is the rectangle of a pane.
func (t *Tree) place(area Rect, id ID) (Rect, bool) {
	for _, p := range t.Places(area) {
		if p.ID == id {
			return p.Rect, true
		}
	}
	return Rect{}, false
}

// Neighbor is the pane beside another one in a direction: of several the one that
// shares most of the border.
func (t *Tree) Neighbor(area Rect, id ID, d Direction) (ID, bool) {
	from, ok := t.place(area, id)
	if !ok {
		return 0, false
	}
	best, most := ID(0), 0
	for _, p := range t.Places(area) {
		touches, shared := false, 0
		if d.sideways() {
			touches = d == Right && p.X == from.X+from.Cols+gap || d == Left && p.X+p.Cols+gap == from.X
			shared = min(p.Y+p.Rows, from.Y+from.Rows) - max(p.Y, from.Y)
		} else {
			touches = d == Down && p.Y == from.Y+from.Rows || d == Up && p.Y+p.Rows == from.Y
			shared = min(p.X+p.Cols, from.X+from.Cols) - max(p.X, from.X)
		}
		if touches && shared > most {
			best, most = p.ID, shared
		}
	}
	return best, most > 0
}

// Push moves a border of the pane by so many cells in a direction: the one on
// that side, or, at the edge of the area, the opposite one. It stops where a
// pane would become too small, and says whether anything moved.
func (t *Tree) Push(area Rect, id ID, d Direction, cells int) bool {
	if !d.forward() {
		cells = -cells
	}
	opposite := map[Direction]Direction{Left: Right, Right: Left, Up: Down, Down: Up}[d]
	for _, side := range []Direction{d, opposite} {
		if moved, ok := t.Move(area, id, side, cells); ok {
			return moved
		}
	}
	return false
}

// Move moves the border on a side of the pane by so many cells to the right or
// down, to the left or up when negative; ok is false when there is none, at the
// edge of the area.
func (t *Tree) Move(area Rect, id ID, side Direction, cells int) (moved, ok bool) {
	path := t.root.path(id, nil)
	for depth := len(path) - 2; depth >= 0; depth-- {
		n := path[depth]
		i := slices.Index(n.kids, path[depth+1])
		if !side.forward() {
			i--
		}
		if n.beside != side.sideways() || i < 0 || i+1 >= len(n.kids) {
			continue
		}
		sizes, least := n.sizes(t.room(area, n)), n.leasts()
		cells = min(max(cells, least[i]-sizes[i]), sizes[i+1]-least[i+1])
		if cells == 0 || sizes[i] < least[i] || sizes[i+1] < least[i+1] {
			return false, true
		}
		sizes[i] += cells
		sizes[i+1] -= cells
		for j, k := range n.kids {
			k.share = float64(max(sizes[j], 1))
		}
		return true, true
	}
	return false, false
}

// room is the rectangle of a node.
func (t *Tree) room(area Rect, of *node) Rect {
	var out Rect
	t.root.lay(area, func(n *node, r Rect) {
		if n == of {
			out = r
		}
	})
	return out
}
