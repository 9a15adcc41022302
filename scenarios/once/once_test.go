package once

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestAValueIsFoundOnce(t *testing.T) {
	var v Values[string, int]
	var found atomic.Int32
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			got, err := v.Get(t.Context(), "a", func() (int, error) { return int(found.Add(1)) + 41, nil })
			if got != 42 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		})
	}
	wait.Wait()
	if all := v.All(); len(all) != 1 || all["a"] != 42 {
		t.Errorf("all are %v", all)
	}
}

func TestAnErrorIsNotKept(t *testing.T) {
	var v Values[int, int]
	broken := errors.New("broken")
	if _, err := v.Get(t.Context(), 1, func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if got, err := v.Get(t.Context(), 1, func() (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("%d, %v after an error", got, err)
	}
}

// TestOneWhoWaitsMayGiveUp: the value is still computed for the others.
func TestOneWhoWaitsMayGiveUp(t *testing.T) {
	var v Values[int, int]
	begun, finish, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		v.Get(t.Context(), 1, func() (int, error) { close(begun); <-finish; return 7, nil })
	}()
	<-begun
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Get(stopped, 1, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if all := v.All(); len(all) != 0 {
		t.Errorf("all are %v before any is found", all)
	}
	close(finish)
	<-ended
	if got, err := v.Get(stopped, 1, nil); got != 7 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
}
