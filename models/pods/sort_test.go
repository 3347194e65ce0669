package pods

import (
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models/modelstest"
)

// An order that is made beside the loop is the one that is made at once, whatever
// changes meanwhile.
func TestSortingBesideTheLoop(t *testing.T) {
	now := modelstest.Noon()
	a, b := newRows(), newRows()
	version := 0
	put := func(name, status string) {
		version++
		r := row(name, status)
		r.ResourceVersion, r.Labels = fmt.Sprint(version), fmt.Sprintf("app=a%d,tier=t%d", version%7, version%3)
		a.put(r, now, false)
		b.put(r, now, false)
	}
	remove := func(name string) {
		a.remove("uid-" + name)
		b.remove("uid-" + name)
	}
	flt, err := parseFilter("!gone", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*rows{a, b} {
		s.setFilter(flt)
	}
	for i := range 60 {
		put(fmt.Sprint("p", i), []string{"Running", "Pending", "CrashLoopBackOff", "gone"}[i%4])
	}
	a.arrange(now)
	b.arrange(now)
	for step, by := range []string{colStatus, "label:app", colAge, "label:tier", "label:app", colName, colRestarts, colStatus} {
		o := orderingBy(by, step%2 == 1)
		v := a.newSorter(o, now)
		// Meanwhile pods change, go and come, and are shown so or not.
		put(fmt.Sprint("p", step), "Running")
		put(fmt.Sprint("p", 30+step), "gone")
		remove(fmt.Sprint("p", 50+step%9))
		if step%2 == 0 {
			a.arrange(now)
		}
		put(fmt.Sprint("p", 100+step), "CrashLoopBackOff")
		remove(fmt.Sprint("p", 20+step))
		put(fmt.Sprint("p", 20+step), "Pending")
		v.run(nil)
		a.sortedBy(v)
		b.setSort(o)
		for more := range 2 {
			a.arrange(now)
			b.arrange(now)
			if got, want := keysOf(a), keysOf(b); !slices.Equal(got, want) {
				t.Errorf("by %s (%d) it shows\n%v, want\n%v", by, more, got, want)
			}
			put(fmt.Sprint("p", 3+step), "Completed")
		}
	}
}

func TestManyRowsAreSortedBesideTheLoop(t *testing.T) {
	m, b, d := open(t, modelstest.NewClient(many(sortAtOnce+1)...), 120, 20)
	d.Until("the list", listed(m))
	first := m.rows.order[0]
	// The keys, whose commands run when the test says so.
	press := func(key string) tea.Cmd { return m.Update(modelstest.Key(key)) }
	byStatus := press("S")
	if byStatus == nil || m.rows.by != colName || m.rows.order[0] != first {
		t.Fatal("sorted in Update")
	}
	inverse := press("S")
	if o := m.wantedOrder(); o.by != colStatus || !o.desc {
		t.Errorf("the key again wants %s, %v", o.by, o.desc)
	}
	d.Misses("Sorting by")
	m.blurred = true
	d.Send(b.Step(2 * time.Second)).Sees("Sorting by STATUS")
	d.Send(byStatus()) // late: another order is wanted by now
	if m.rows.by != colName || m.sorter == nil {
		t.Error("a late answer was taken")
	}
	d.Send(inverse()).Misses("Sorting by")
	if m.rows.by != colStatus || !m.rows.desc || m.rows.order[0].row.Status != "Running" {
		t.Errorf("sorted by %s, the first is %s", m.rows.by, m.rows.order[0].row.Status)
	}
	d.Send(inverse()) // twice
	d.Sees("STATUS")
}
