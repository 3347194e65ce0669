package vt

const (
	maxLink       = 2083    // bytes of a URI; what browsers take
	linkBudget    = 1 << 20 // bytes of all links of a screen
	linkSweepStep = 256
)

// link is a hyperlink of OSC 8.
type link struct{ id, uri string }

// linkTable gives numbers to hyperlinks; 0 is none.
type linkTable struct {
	links []link
	index map[link]uint32
	bytes int
	limit int
}

func newLinkTable() linkTable {
	return linkTable{links: make([]link, 1), index: map[link]uint32{}, limit: linkSweepStep}
}

// internLink returns the number of l, or 0 when there is no room for it.
func (t *Terminal) internLink(l link) uint32 {
	if l.uri == "" || len(l.uri) > maxLink || len(l.id) > maxLink {
		return 0
	}
	if id, ok := t.links.index[l]; ok {
		return id
	}
	lt := &t.links
	size := len(l.uri) + len(l.id)
	if len(lt.links) >= lt.limit || lt.bytes+size > linkBudget {
		t.sweepFor()
		if lt.bytes+size > linkBudget {
			t.sweepPaused = sweepPause
			return 0
		}
	}
	id := uint32(len(lt.links))
	lt.links = append(lt.links, l)
	lt.index[l] = id
	lt.bytes += size
	return id
}

// sweepPause is how many requests are denied after a sweep that found no room,
// so that a screen that really uses everything stays cheap.
const sweepPause = 4096

// sweepFor makes room in the tables, unless a sweep just failed to or somebody
// holds numbers that are not on a screen yet.
func (t *Terminal) sweepFor() {
	switch {
	case t.holding:
	case t.sweepPaused > 0:
		t.sweepPaused--
	default:
		t.sweep()
	}
}

// hold keeps numbers of styles and clusters valid until the function it returns
// is called. Meanwhile the tables may grow beyond their limits.
func (t *Terminal) hold() func() {
	was := t.holding
	t.holding = true
	return func() { t.holding = was }
}

// sweep drops styles, clusters and links that nothing on the screens uses, and
// numbers the others anew. It costs one pass over the cells and is due only
// after as many new entries as the last one left.
func (t *Terminal) sweep() {
	t.sweeps++
	old, oldClusters, oldLinks := t.styles.entries, t.clusters.texts, t.links.links
	t.styles = newStyleTable()
	t.clusters = newClusterTable()
	t.links = newLinkTable()
	sw := sweeper{
		t: t, old: old, oldClusters: oldClusters, oldLinks: oldLinks,
		styles: make([]uint32, len(old)), clusters: make([]uint32, len(oldClusters)),
	}
	for _, s := range [...]*screen{t.main, t.alt} {
		if s == nil {
			continue
		}
		for _, r := range s.ring {
			sw.row(r)
		}
		s.saved.pen.link = sw.link(s.saved.pen.link)
	}
	t.pen.link = sw.link(t.pen.link)
	t.penStale = true
	if t.scratch != nil {
		t.scratch.n = 0
	}
	t.styles.limit = max(styleLimitMin, min(2*len(t.styles.entries), styleLimitMax))
	t.clusters.limit = max(clusterLimitMin, min(2*len(t.clusters.texts), clusterLimitMax))
	t.links.limit = max(linkSweepStep, 2*len(t.links.links))
	t.history.forgetStyles()
	t.joins = joinCache{}
}

type sweeper struct {
	t           *Terminal
	old         []styleEntry
	oldClusters []string
	oldLinks    []link
	styles      []uint32 // old id to new id plus one
	clusters    []uint32
}

func (sw *sweeper) row(r *row) {
	sw.t.work += uint64(r.n)
	for i, c := range r.cells[:r.n] {
		r.cells[i] = sw.cell(c)
	}
	r.fill = sw.cell(r.fill)
}

func (sw *sweeper) cell(c cell) cell {
	if id := c.style(); id != 0 {
		c = c&^(styleMask<<32) | cell(sw.style(id))<<32
	}
	if s := c.content(); s&clusterBit != 0 {
		c = c.withContent(sw.cluster(s &^ clusterBit))
	}
	return c
}

func (sw *sweeper) style(id uint32) uint32 {
	if sw.styles[id] == 0 {
		e := sw.old[id]
		e.link = sw.link(e.link)
		n, ok := sw.t.styles.lookup(&e.style)
		if !ok {
			n = sw.t.styles.add(&e.style)
			sw.t.styles.entries[n] = e
		}
		sw.styles[id] = n + 1
	}
	return sw.styles[id] - 1
}

func (sw *sweeper) cluster(id uint32) uint32 {
	if sw.clusters[id] == 0 {
		text := sw.oldClusters[id]
		ct := &sw.t.clusters
		n := uint32(len(ct.texts))
		ct.texts = append(ct.texts, text)
		ct.index[text] = n
		sw.clusters[id] = n | clusterBit
	}
	return sw.clusters[id]
}

func (sw *sweeper) link(id uint32) uint32 {
	if id == 0 {
		return 0
	}
	l := sw.oldLinks[id]
	lt := &sw.t.links
	n, ok := lt.index[l]
	if !ok {
		n = uint32(len(lt.links))
		lt.links = append(lt.links, l)
		lt.index[l] = n
		lt.bytes += len(l.uri) + len(l.id)
	}
	return n
}
