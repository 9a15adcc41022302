// Package once computes expensive values only once, when they are first asked for.
package once

import (
	"context"
	"sync"
)

// Values keeps a value for each key. Its zero value is empty. It is safe for concurrent use.
type Values[K comparable, V any] struct {
	mutex sync.Mutex
	of    map[K]*entry[V]
}

// entry is the value of a key. It is valid once done is closed.
type entry[V any] struct {
	done  chan struct{}
	value V
	err   error
}

// Get returns the value of a key. The first caller computes the value, and the others wait for it.
// An error is not kept: only the caller that met it gets the error, and another caller tries again.
func (v *Values[K, V]) Get(ctx context.Context, key K, find func() (V, error)) (V, error) {
	for {
		e, first := v.entry(key)
		if first {
			if e.value, e.err = find(); e.err != nil {
				v.forget(key)
			}
			close(e.done)
			return e.value, e.err
		}
		if !e.found(ctx) {
			var none V
			return none, ctx.Err()
		}
		if e.err == nil || ctx.Err() != nil {
			return e.value, e.err
		}
	}
}

// found waits for the value. It returns false if the context ends first. A value that is already
// there is found even after the context has ended.
func (e *entry[V]) found(ctx context.Context) bool {
	select {
	case <-e.done:
		return true
	default:
	}
	select {
	case <-e.done:
		return true
	case <-ctx.Done():
		return false
	}
}

// entry returns the entry of a key, and whether the caller is the first to ask for it.
func (v *Values[K, V]) entry(key K) (e *entry[V], first bool) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	e, known := v.of[key]
	if !known {
		if v.of == nil {
			v.of = map[K]*entry[V]{}
		}
		e = &entry[V]{done: make(chan struct{})}
		v.of[key] = e
	}
	return e, !known
}

func (v *Values[K, V]) forget(key K) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	delete(v.of, key)
}

// All returns all values that are there so far.
func (v *Values[K, V]) All() map[K]V {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	all := map[K]V{}
	for key, e := range v.of {
		select {
		case <-e.done:
			if e.err == nil {
				all[key] = e.value
			}
		default:
		}
	}
	return all
}
