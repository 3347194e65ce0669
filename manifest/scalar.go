package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// The scalars of YAML 1.1 as kubectl reads them (sigs.k8s.io/yaml, which is
// go-yaml v2): yes and on are booleans, 017 and 0o17 are octal, 1_000 is a
// number. The tests hold this file against sigs.k8s.io/yaml itself.

var (
	floatPattern = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	jsonNumber   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

	errNotJSON = errors.New("is not a number that JSON can carry")
)

// scalar is a resolved scalar.
type scalar struct {
	kind kind
	text string
}

// resolvePlain resolves an unquoted scalar.
func resolvePlain(text string) (scalar, error) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return scalar{kind: kindNull}, nil
	case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return scalar{kindBool, "true"}, nil
	case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return scalar{kindBool, "false"}, nil
	case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
		return scalar{kindNumber, text}, fmt.Errorf("%s %w", text, errNotJSON)
	}
	switch c := text[0]; {
	case c == '.':
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return scalar{kindNumber, floatLiteral(text, f)}, nil
		}
	case c == '+' || c == '-' || c >= '0' && c <= '9':
		if literal, ok := number(text); ok {
			return scalar{kindNumber, literal}, nil
		}
	}
	return scalar{kindString, text}, nil
}

// number resolves what starts with a digit or a sign, to a JSON literal.
func number(text string) (string, bool) {
	if len(text) > 4 && text[4] == '-' && strings.Trim(text[:4], "0123456789") == "" {
		return "", false // a date stays text
	}
	plain := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return strconv.FormatInt(i, 10), true
	}
	if u, err := strconv.ParseUint(plain, 0, 64); err == nil {
		return strconv.FormatUint(u, 10), true
	}
	if floatPattern.MatchString(plain) {
		if f, err := strconv.ParseFloat(plain, 64); err == nil {
			return floatLiteral(plain, f), true
		}
	}
	return "", false
}

// floatLiteral spells a float as sigs.k8s.io/yaml would in JSON where that
// loses nothing, so that 1.0 is fit for an integer field, and keeps the digits
// of the text where it would.
func floatLiteral(text string, f float64) string {
	canonical := "0"
	if b, err := json.Marshal(f); err == nil {
		canonical = string(b)
	}
	if !jsonNumber.MatchString(text) {
		return canonical
	}
	if len(text) > 64 || math.Abs(f) > 1e40 || f != 0 && math.Abs(f) < 1e-40 {
		return text
	}
	written, ok1 := new(big.Rat).SetString(text)
	spelled, ok2 := new(big.Rat).SetString(canonical)
	if ok1 && ok2 && written.Cmp(spelled) == 0 {
		return canonical
	}
	return text
}

// resolveTagged resolves a scalar with an explicit tag, in its short form.
func resolveTagged(tag, text string) (scalar, error) {
	if tag == "!!str" || tag == "!" {
		return scalar{kindString, text}, nil
	}
	s, err := resolvePlain(text)
	if err != nil {
		return s, err
	}
	fits := false
	switch tag {
	case "!!int":
		fits = s.kind == kindNumber && !strings.ContainsAny(s.text, ".eE") && integerSpelled(text)
	case "!!float":
		fits = s.kind == kindNumber
	case "!!bool":
		fits = s.kind == kindBool
	case "!!null":
		fits = s.kind == kindNull
	default:
		return s, fmt.Errorf("the tag %s has no meaning in a pod: leave it out", quote(tag))
	}
	if !fits {
		return s, fmt.Errorf("%s cannot be read as %s", quote(text), tag)
	}
	return s, nil
}

// integerSpelled tells 1 from 1.0, which JSON spells alike.
func integerSpelled(text string) bool {
	plain := strings.ReplaceAll(text, "_", "")
	if _, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return true
	}
	_, err := strconv.ParseUint(plain, 0, 64)
	return err == nil
}

// keyText turns a resolved key into the string JSON needs.
func keyText(s scalar, text string) (string, error) {
	switch s.kind {
	case kindNull:
		return "", errors.New("a key cannot be null: put it in quotes if the word is meant")
	case kindNumber:
		if integerSpelled(text) {
			return s.text, nil
		}
		f, err := strconv.ParseFloat(s.text, 64)
		if err != nil { // a number for people only: its text is the key
			return s.text, nil //nolint:nilerr // see above
		}
		switch short := strconv.FormatFloat(f, 'g', -1, 32); short {
		case "+Inf":
			return ".inf", nil // beyond 32 bits, which sigs.k8s.io/yaml rounds to
		case "-Inf":
			return "-.inf", nil
		default:
			return short, nil
		}
	default:
		return s.text, nil
	}
}
