package scenarios

import (
	"testing"
	"time"
)

// TestRunsWaitOnlyForTheirOwnSetting: the setting of the second of three policies comes after three
// runs of the others. Its runs come first from then on, until it has caught up.
func TestRunsWaitOnlyForTheirOwnSetting(t *testing.T) {
	d := newDispatch(3, 3)
	d.settle(0)
	d.settle(2)
	for i, want := range [][2]int{{0, 0}, {2, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {0, 2}, {1, 2}, {2, 2}} {
		if i == 3 {
			d.settle(1)
		}
		if p, r, more := d.take(); !more || [2]int{p, r} != want {
			t.Errorf("take %d: policy %d, replication %d, more %v; want %v", i, p, r, more, want)
		}
	}
	if _, _, more := d.take(); more {
		t.Error("there are more runs than the grid has")
	}
}

// TestWaitingWorkersWake: a worker that waits for a setting goes on when that is there, and when
// the experiment is stopped.
func TestWaitingWorkersWake(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		d, got := newDispatch(1, 1), make(chan bool)
		go func() {
			_, _, more := d.take()
			got <- more
		}()
		select {
		case <-got:
			t.Fatal("a run begins before its setting is there")
		case <-time.After(time.Millisecond):
		}
		if stopped {
			d.stop()
		} else {
			d.settle(0)
		}
		if more := <-got; more == stopped {
			t.Errorf("stopped %v: more %v", stopped, more)
		}
	}
}
