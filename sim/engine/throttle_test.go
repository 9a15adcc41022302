package engine

import (
	"math"
	"testing"
	"time"

	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// TestThrottlesSendKTimesWhatIsAnswered: a server answers 50 attempts per second and refuses others
// at once. If its client wants to send ten times as many, it sends K times what is answered in the
// long run, the fixed point of its rule. If the server answers all, the client sends all.
func TestThrottlesSendKTimesWhatIsAnswered(t *testing.T) {
	for _, k := range []float64{1.1, 2, 4} {
		th := newThrottle(&fleet.Throttle{K: k, Window: 10 * time.Second})
		draw := kernel.NewStream(1, 0, "throttle", 0)
		sent, taken, tokens := 0, 0, 0.
		for i := range 400_000 {
			now := kernel.Time(i) * kernel.Time(2*time.Millisecond)
			tokens = min(tokens+0.1, 100)
			if p := th.rejects(now); draw.Float64() < p {
				th.note(now, false)
				continue
			}
			answered := tokens >= 1
			if answered {
				tokens--
			}
			if i > 50_000 {
				sent++
				if answered {
					taken++
				}
			}
			th.note(now, answered)
		}
		if got := float64(sent) / float64(taken); math.Abs(got/k-1) > 0.03 {
			t.Errorf("K = %v: %v times as many attempts are sent as are answered", k, got)
		}
	}
	all := newThrottle(&fleet.Throttle{K: 1, Window: time.Second})
	for i := range 1000 {
		if all.note(kernel.Time(i)*kernel.Time(time.Millisecond), true); all.rejects(kernel.Time(i)*kernel.Time(time.Millisecond)) != 0 {
			t.Fatal("attempts are not sent although all are answered")
		}
	}
}

// TestThrottlesForget: what is longer ago than the window does not count.
func TestThrottlesForget(t *testing.T) {
	th := newThrottle(&fleet.Throttle{K: 2, Window: 10 * time.Second})
	for range 9 {
		th.note(0, false)
	}
	for after, want := range map[time.Duration]float64{0: 0.9, 9 * time.Second: 0.9, 11 * time.Second: 0, time.Hour: 0} {
		later := *th
		if got := later.rejects(kernel.Time(after)); got != want {
			t.Errorf("after %v an attempt is not sent with probability %v, want %v", after, got, want)
		}
	}
}

func BenchmarkThrottle(b *testing.B) {
	th := newThrottle(&fleet.Throttle{K: 2, Window: 10 * time.Second})
	b.ReportAllocs()
	now := kernel.Time(0)
	for b.Loop() {
		now += kernel.Time(time.Millisecond)
		th.note(now, th.rejects(now) < 0.5)
	}
}
