package contexts

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestVisitKeepsKeys(t *testing.T) {
	var m Memory
	for i := range Slots {
		m.Visit(fmt.Sprintf("ns-%d", i+1))
	}
	before := slices.Clone(m.Recent)
	m.Visit("ns-1") // used again, so ns-2 is the one not used for the longest time
	m.Visit("")
	if m.Namespace != AllNamespaces || !slices.Equal(m.Recent, before) {
		t.Errorf("after visits of known ones: %+v", m)
	}
	m.Visit("new")
	want := slices.Clone(before)
	want[1] = "new"
	if !slices.Equal(m.Recent, want) {
		t.Errorf("the keys lead to %v, want %v", m.Recent, want)
	}
	m.Visit("newer")
	if want[2] = "newer"; !slices.Equal(m.Recent, want) || m.Namespace != "newer" || len(m.Order) != Slots {
		t.Errorf("the keys lead to %v, want %v; %+v", m.Recent, want, m)
	}
}

func TestMemoryIsKept(t *testing.T) {
	b := surroundings(t, twoClusters)
	now := time.Now()
	if _, err := b.Remember("kube:prod", func(m *Memory) { m.Unlocked = true; m.Visit("shop") }); err != nil {
		t.Fatal(err)
	}
	if err := b.RememberOpened("kube:staging", now); err != nil {
		t.Fatal(err)
	}
	again := New(b.opts)
	m, err := again.Memory("kube:prod")
	if err != nil || !m.Unlocked || m.Namespace != "shop" {
		t.Errorf("remembered %+v, %v", m, err)
	}
	all, last, err := again.Memories()
	if err != nil || last != "kube:staging" || !all[last].Used.Equal(now.Truncate(0)) {
		t.Errorf("last is %q of %v, %v", last, all, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	b := surroundings(t, twoClusters)
	err := b.update(func(m *memories) {
		for i := range memoryLimit + 20 {
			m.Contexts[fmt.Sprintf("kube:%d", i)] = Memory{Used: time.Unix(int64(i), 0), Unlocked: i == 3}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.RememberOpened("kube:new", time.Now()); err != nil {
		t.Fatal(err)
	}
	all, _, err := b.Memories()
	if err != nil || len(all) != memoryLimit || !all["kube:3"].Unlocked || all["kube:1"].Used.IsZero() == false {
		t.Errorf("%d contexts are remembered, %v", len(all), err)
	}
}
