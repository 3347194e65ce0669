package api

import (
	"math"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// LogQuery spells log options as a query string's values; unset ones are left
// out, so that a server that knows only some of them is not asked for more.
func LogQuery(o *corev1.PodLogOptions) url.Values {
	q := url.Values{}
	if o == nil {
		return q
	}
	if o.Container != "" {
		q.Set("container", o.Container)
	}
	for key, on := range map[string]bool{"follow": o.Follow, "previous": o.Previous, "timestamps": o.Timestamps} {
		if on {
			q.Set(key, "true")
		}
	}
	for key, n := range map[string]*int64{"limitBytes": o.LimitBytes, "sinceSeconds": o.SinceSeconds, "tailLines": o.TailLines} {
		if n != nil {
			q.Set(key, strconv.FormatInt(*n, 10))
		}
	}
	if o.SinceTime != nil {
		q.Set("sinceTime", o.SinceTime.UTC().Format(time.RFC3339Nano))
	}
	return q
}

// ParseLogQuery is the server's side of LogQuery. An error names the parameter
// and what it may be; it is the client's fault (400).
func ParseLogQuery(q url.Values) (*corev1.PodLogOptions, error) {
	o := &corev1.PodLogOptions{Container: q.Get("container")}
	for key, to := range map[string]*bool{"follow": &o.Follow, "previous": &o.Previous, "timestamps": &o.Timestamps} {
		v := q.Get(key)
		if v == "" {
			continue
		}
		on, err := strconv.ParseBool(v)
		if err != nil {
			return nil, &QueryError{Param: key, Value: v, Want: "true or false"}
		}
		*to = on
	}
	for key, to := range map[string]**int64{"limitBytes": &o.LimitBytes, "sinceSeconds": &o.SinceSeconds, "tailLines": &o.TailLines} {
		v := q.Get(key)
		if v == "" {
			continue
		}
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			return nil, &QueryError{Param: key, Value: v, Want: "a whole number of at least 0"}
		}
		if key == "sinceSeconds" {
			n = min(n, int64(math.MaxInt64/time.Second)) // all there is; more would overflow as a time
		}
		*to = &n
	}
	if v := q.Get("sinceTime"); v != "" {
		t, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			return nil, &QueryError{Param: "sinceTime", Value: v, Want: "a time as RFC 3339 writes it"}
		}
		mt := metav1.NewTime(t)
		o.SinceTime = &mt
	}
	return o, nil
}

// QueryError is a query parameter that cannot be understood.
type QueryError struct {
	Param string // its name
	Value string // what was given
	Want  string // what it may be, to complete "must be …"
}

// Error says which parameter, what it was and what it may be.
func (e *QueryError) Error() string {
	return "query parameter " + e.Param + " is " + strconv.Quote(e.Value) + ": it must be " + e.Want
}
