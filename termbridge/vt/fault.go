package vt

import "fmt"

// recoverFault turns a panic of the emulator itself into a reset, so that a
// fault here costs the screen and not the program around it.
func (t *Terminal) recoverFault() {
	fault := recover()
	if fault == nil {
		return
	}
	t.refused.Faults++
	t.history.repair()
	t.build()
	t.event(Event{Kind: EventReset, Text: sanitise(fmt.Sprintf("terminal reset after a fault: %v", fault), maxTitle)})
}
