package keys

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// act is something that a hand does at a keyboard or a mouse.
type act struct {
	kind, detail byte // of an event of X; the keycode or button
	x, y         int16
}

// The kinds of acts, as X numbers its events.
const (
	keyDown    = 2
	keyUp      = 3
	buttonDown = 4
	buttonUp   = 5
	moved      = 6
)

// xclient is as much of a client of X as it takes to press keys (XTEST).
type xclient struct {
	conn  net.Conn
	xtest byte // the extension's opcode
}

// dialX connects to the X server on a socket that needs no secret.
func dialX(socket string) (*xclient, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	x := &xclient{conn: conn}
	hello := []byte{'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	if _, err := conn.Write(hello); err != nil {
		return nil, err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(conn, head); err != nil {
		return nil, err
	}
	if head[0] != 1 {
		return nil, errors.New("the X server refuses")
	}
	rest := int64(binary.LittleEndian.Uint16(head[6:])) * 4
	if _, err := io.CopyN(io.Discard, conn, rest); err != nil {
		return nil, err
	}
	reply, err := x.ask(append([]byte{98, 0, 4, 0, 5, 0, 0, 0}, "XTEST\x00\x00\x00"...))
	if err != nil {
		return nil, err
	}
	if reply[8] == 0 {
		return nil, errors.New("the X server has no XTEST")
	}
	x.xtest = reply[9]
	return x, nil
}

var errX = errors.New("the X server reports an error")

// ask sends a request and reads its answer, which must be a short one.
func (x *xclient) ask(request []byte) ([]byte, error) {
	if _, err := x.conn.Write(request); err != nil {
		return nil, err
	}
	reply := make([]byte, 32)
	if _, err := io.ReadFull(x.conn, reply); err != nil {
		return nil, err
	}
	if reply[0] != 1 {
		return nil, errX
	}
	return reply, nil
}

// do does acts, in order.
func (x *xclient) do(acts ...act) error {
	var out []byte
	for _, a := range acts {
		r := make([]byte, 36)
		r[0], r[1], r[2], r[4], r[5] = x.xtest, 2, 9, a.kind, a.detail
		binary.LittleEndian.PutUint16(r[24:], uint16(a.x))
		binary.LittleEndian.PutUint16(r[26:], uint16(a.y))
		out = append(out, r...)
	}
	_, err := x.conn.Write(out)
	return err
}

// focus gives a window the keys, as soon as the window is seen.
func (x *xclient) focus(window uint32) error {
	r := []byte{42, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 43, 0, 1, 0} // and where the focus is
	binary.LittleEndian.PutUint32(r[4:], window)
	for {
		if _, err := x.ask(r); !errors.Is(err, errX) {
			return err
		}
		if _, err := io.CopyN(io.Discard, x.conn, 32); err != nil { // the second answer
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
