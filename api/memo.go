package api

import (
	"hash/maphash"
	"sync"
)

// A RowMemo makes polling cheap: it remembers the rows of the last list by the
// bytes of their pods, so that those which have not changed are recognised and
// not decoded again. Give the same memo, in ListOptions, to every list of one
// collection. It keeps one row for each pod of the last list.
//
// The client's list calls its methods; two lists at once may be given the same
// memo, the second then does without.
type RowMemo struct {
	mu      sync.Mutex // held from Begin to End
	decoder RowDecoder
	seed    maphash.Seed

	keys, oldKeys []memoKey
	rows, oldRows []*PodRow
	index         map[memoKey]int // of oldKeys, built when the order has changed
	next          int             // where in the old list the next pod is looked for
	decoded       int
	whole         bool // the last list came to its end
}

// memoKey stands for the bytes of a pod. The seed is random, so that no server
// can make two pods look alike.
type memoKey struct {
	hash   uint64
	length int
}

// NewRowMemo makes an empty memo.
func NewRowMemo() *RowMemo {
	return &RowMemo{seed: maphash.MakeSeed()}
}

// Begin starts a list, or goes on with one that comes in pages. False means
// that another list is using the memo: then neither Row nor End may be called.
func (m *RowMemo) Begin(page bool) bool {
	if !m.mu.TryLock() {
		return false
	}
	if page {
		return true
	}
	// Of a list that broke off, less is known than of the one before.
	if m.whole || len(m.keys) > len(m.oldKeys) {
		m.keys, m.oldKeys = m.oldKeys, m.keys
		m.rows, m.oldRows = m.oldRows, m.rows
	}
	clear(m.rows)
	m.keys, m.rows = m.keys[:0], m.rows[:0]
	m.index, m.next, m.decoded, m.whole = nil, 0, 0, false
	return true
}

// End ends what Begin started. whole tells that the list or page was read to its
// end.
func (m *RowMemo) End(whole bool) {
	m.whole = whole
	m.mu.Unlock()
}

// Row is the row of a pod's JSON: the remembered one when the same bytes were in
// the last list, else a decoded one.
func (m *RowMemo) Row(pod []byte) (PodRow, error) {
	key := memoKey{maphash.Bytes(m.seed, pod), len(pod)}
	row := m.find(key)
	if row == nil {
		fresh, err := m.decoder.Decode(pod)
		if err != nil {
			return PodRow{}, err
		}
		m.decoded++
		row = &fresh
	}
	m.keys, m.rows = append(m.keys, key), append(m.rows, row)
	return *row, nil
}

// find looks for the key in the old list, first where it is expected: most
// lists come in the same order.
func (m *RowMemo) find(key memoKey) *PodRow {
	if m.next < len(m.oldKeys) && m.oldKeys[m.next] == key {
		m.next++
		return m.oldRows[m.next-1]
	}
	if m.index == nil {
		m.index = make(map[memoKey]int, len(m.oldKeys))
		for i, k := range m.oldKeys {
			m.index[k] = i
		}
	}
	if i, ok := m.index[key]; ok {
		m.next = i + 1
		return m.oldRows[i]
	}
	// A changed pod stands where it stood before.
	m.next++
	return nil
}

// Decoded is how many rows of the last list had to be decoded. It waits for a
// list under way.
func (m *RowMemo) Decoded() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.decoded
}
