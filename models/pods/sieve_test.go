package pods

import (
	"fmt"
	"slices"
	"testing"

	"podium/models/modelstest"
)

// The order kept up to date by a few changes is the order made anew.
func TestArrangeOfAFewIsArrangeOfAll(t *testing.T) {
	now := modelstest.Noon()
	a, b := newRows(), newRows()
	flt, err := parseFilter("!gone", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*rows{a, b} {
		s.setFilter(flt)
		s.setSort(orderingBy(colStatus, true))
	}
	version := 0
	for step := range 400 {
		for _, s := range []*rows{a, b} {
			version++
			n := (step*7919 + step/3) % 97
			switch step % 5 {
			case 4:
				s.remove("uid-" + fmt.Sprint("p", n))
			default:
				r := row(fmt.Sprint("p", n), []string{"Running", "Pending", "CrashLoopBackOff", "gone"}[(step+n)%4])
				r.ResourceVersion = fmt.Sprint(version)
				s.put(r, now, false)
			}
		}
		b.resort = true
		b.sifted, b.arranged = b.sifts+1, -1 // nothing is known
		b.sifts++
		a.arrange(now)
		b.arrange(now)
		if got, want := keysOf(a), keysOf(b); !slices.Equal(got, want) {
			t.Fatalf("after step %d the order is\n%v, want\n%v", step, got, want)
		}
	}
}

// What is shown while a filter is typed, letter by letter and with corrections,
// is what it shows when put in force at once.
func TestTypingAFilterIsSettingIt(t *testing.T) {
	now := modelstest.Noon()
	pods := []string{"web-1", "web-2", "api-1", "Web-3", "job-a.b", "web(x", "agile-running"}
	typings := [][]string{
		{"w", "we", "web", "web-", "web-1", "web-", "web-2", ""},
		{"W", "We", "we", "web w", "web", "web ", "web !", "web !2", "web !"},
		{"(", "(w", "(w|", "(w|a", "(w|a)", "(w|a)p", "(w|a"},
		{"a", "ag", "age", "age<", "age<2h", "age", "agi", "a.", "a.b", "a"},
		{"-", "-f", "-f w1", "-", "-1", "x", "web(x", "web(x)", "web("},
		{"e", "er", "ERR", "r", "ru", "run", "runN", "running", "running agile"},
	}
	for _, typing := range typings {
		typed := newRows()
		for i, name := range pods {
			typed.put(row(name, []string{"Running", "Pending"}[i%2]), now, false)
		}
		for step, text := range typing {
			flt, err := parseFilter(text, "")
			if err != nil {
				continue
			}
			if flt.empty() {
				flt = nil
			}
			typed.setFilter(flt)
			if step%3 != 2 { // now and then two changes at once
				typed.arrange(now)
				var want []string
				for _, e := range typed.sorted {
					if flt.match(e.known, now) {
						want = append(want, e.key)
					}
				}
				if got := keysOf(typed); !slices.Equal(got, want) {
					t.Errorf("after typing %q, %q shows %v, want %v", typing[:step], text, got, want)
				}
			}
		}
	}
}

// A filter that is sifted beside the loop shows what it shows when put in force
// at once, whatever changes meanwhile.
func TestSiftingBesideTheLoop(t *testing.T) {
	now := modelstest.Noon()
	s := newRows()
	version := 0
	put := func(name, status string) {
		version++
		r := row(name, status)
		r.ResourceVersion = fmt.Sprint(version)
		s.put(r, now, false)
	}
	for i := range 60 {
		put(fmt.Sprint("p", i), []string{"Running", "Pending", "CrashLoopBackOff"}[i%3])
	}
	s.arrange(now)
	for step, text := range []string{"p", "p1", "status=running", "p.$ !p3", "", "pend", "pending", "p5"} {
		flt, err := parseFilter(text, "")
		if err != nil {
			t.Fatal(err)
		}
		if flt.empty() {
			flt = nil
			s.setFilter(nil)
			s.arrange(now)
			continue
		}
		v := s.newSieve(flt, now)
		// Meanwhile pods change, go and come, and are shown so or not.
		put(fmt.Sprint("p", step), "Running")
		put(fmt.Sprint("p", 30+step), "Pending")
		s.remove(fmt.Sprint("uid-p", 50+step%9))
		if step%2 == 0 {
			s.arrange(now)
		}
		put(fmt.Sprint("p1", 100+step), "CrashLoopBackOff")
		msg, ok := v.run(nil).(siftedMsg)
		if !ok || !msg.whole {
			t.Fatalf("the sieve gave %v", msg)
		}
		s.sieved(v, msg.pass)
		s.arrange(now)
		var want []string
		for _, e := range s.sorted {
			if flt.match(e.known, now) {
				want = append(want, e.key)
			}
		}
		if got := keysOf(s); !slices.Equal(got, want) {
			t.Errorf("%q shows %v, want %v", text, got, want)
		}
	}
}

func keysOf(s *rows) []string {
	var out []string
	for _, e := range s.order {
		out = append(out, e.key)
	}
	return out
}
