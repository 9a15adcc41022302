package quantity

import (
	"encoding"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestQuantitiesAreRead(t *testing.T) {
	for _, c := range []struct {
		into encoding.TextUnmarshaler
		text string
		want any
	}{
		{new(Duration), "250ms", Duration(250 * time.Millisecond)},
		{new(Duration), "1h30m", Duration(90 * time.Minute)},
		{new(Duration), "2d", Duration(48 * time.Hour)},
		{new(Rate), "400/s", Rate(400)},
		{new(Rate), "90/min", Rate(1.5)},
		{new(Rate), "7200 /h", Rate(2)},
		{new(Rate), "1e3/s", Rate(1000)},
		{new(Bytes), "24GiB", Bytes(24 << 30)},
		{new(Bytes), "440MB", Bytes(440e6)},
		{new(Bytes), "1.5kB", Bytes(1500)},
		{new(Price), "3.06$/h", Price(3.06)},
		{new(Power), "1.2kW", Power(1200)},
		{new(Intensity), "0.35kg/kWh", Intensity(350)},
		{new(Bandwidth), "2GB/s", Bandwidth(2e9)},
		{new(Bandwidth), "25Gb/s", Bandwidth(25e9 / 8)},
		{new(Factor), "3x", Factor(3)},
		{new(Factor), "2.5", Factor(2.5)},
		{new(Percent), "30 %", Percent(30)},
		{new(Percent), "12.5%", Percent(12.5)},
	} {
		if err := c.into.UnmarshalText([]byte(c.text)); err != nil {
			t.Errorf("%q: %v", c.text, err)
		} else if got := value(c.into); got != c.want {
			t.Errorf("%q is read as %v, want %v", c.text, got, c.want)
		}
	}
}

// value returns what a pointer to a quantity points to.
func value(p encoding.TextUnmarshaler) any {
	switch p := p.(type) {
	case *Duration:
		return *p
	case *Rate:
		return *p
	case *Bytes:
		return *p
	case *Price:
		return *p
	case *Power:
		return *p
	case *Intensity:
		return *p
	case *Bandwidth:
		return *p
	case *Factor:
		return *p
	case *Percent:
		return *p
	case *Speed:
		return *p
	case *Span:
		return *p
	}
	return nil
}

func TestBareAndWrongUnitsAreRefused(t *testing.T) {
	for _, text := range []string{"", "5", "ms", "5 parsecs", "-", "1e400/s", "NaN/s", "5/s/s", "ten/s", "1 2/s", "0x10ms"} {
		for _, into := range []encoding.TextUnmarshaler{new(Duration), new(Rate), new(Bytes), new(Price), new(Power), new(Intensity), new(Bandwidth), new(Percent)} {
			if err := into.UnmarshalText([]byte(text)); err == nil {
				t.Errorf("%q is accepted as %v", text, value(into))
			} else if !strings.Contains(err.Error(), "such as") && !strings.Contains(err.Error(), "write it as") {
				t.Errorf("%q: the error %q gives no example", text, err)
			}
		}
	}
}

func TestASlipIsToldInWords(t *testing.T) {
	for _, c := range []struct {
		into       encoding.TextUnmarshaler
		text, want string
	}{
		{new(Duration), "200 ms", `"200 ms" must be written without a space: 200ms`},
		{new(Duration), "200MS", `"200MS" must be written in lower case: 200ms`},
		{new(Duration), "1 H", `"1 H" must be written without a space and in lower case: 1h`},
		{new(Duration), "0.2", `"0.2" has no unit; write it as 0.2ms, 0.2s or 0.2h`},
		{new(Price), "2", `"2" has no unit; write it as 2$/h`},
		{new(Price), " 2.5 $ ", `"2.5 $" has the unknown unit "$"; write it as 2.5$/h`},
		{new(Rate), "1e3", `"1e3" has no unit; write it as 1e3/s or 1e3/min`},
		{new(Bandwidth), "-2", `"-2" has no unit; write it as -2GB/s or -2Gb/s`},
		{new(Span), "31 µ", `"31 µ" has the unknown unit "µ"; write it as 31µs or 31ps`},
		{new(Percent), "30", `"30" has no unit; write it as 30 %`},
		{new(Percent), "0.29", `"0.29" has no unit; write it as 29 %, or as 0.29 % if it is so little`},
		{new(Duration), "10min", `"10min" is not a span of time, such as 100ms, 5s or 2h`},
		{new(Duration), "10000000h", `"10000000h" is longer than 87600h`},
		{new(Duration), "1e9d", `"1e9d" is longer than 87600h`},
		{new(Duration), "999999999999999999999s", `"999999999999999999999s" is longer than 87600h`},
		{new(Duration), "-100000h", `"-100000h" is longer than 87600h`},
		{new(Bytes), "24GIB", `"24GIB" has the unknown unit "GIB"; capital letters count: it is written "GiB"`},
		{new(Bytes), "1e300GB", `"1e300GB" is out of range: more than 1024TiB`},
		{new(Bandwidth), "2gb/s", `"2gb/s" has the unknown unit "gb/s"; capital letters count: it is written "GB/s" or "Gb/s"`},
		{new(Bandwidth), "1e300GB/s", `"1e300GB/s" is out of range: more than 1000000GB/s`},
		{new(Price), "1e300$/h", `"1e300$/h" is out of range: more than 1000000$/h`},
		{new(Price), "5e-324$/h", `"5e-324$/h" is out of range: less than 0.000000001$/h, but not 0`},
		{new(Rate), "1e-300/s", `"1e-300/s" is out of range: less than 0.000000000001/s, but not 0`},
		{new(Factor), "1e300x", `"1e300x" is out of range: more than 1000000000x`},
		{new(Span), "1e-300s", `"1e-300s" is out of range: less than 0.001fs, but not 0`},
	} {
		if err := c.into.UnmarshalText([]byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
}

// TestWhatIsWrittenReadsTheSame compares String and UnmarshalText with each other.
func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		same := func(written string, into encoding.TextUnmarshaler, want any) {
			if err := into.UnmarshalText([]byte(written)); err != nil || value(into) != want {
				t.Fatalf("%v is written %q and read %v (%v)", want, written, value(into), err)
			}
		}
		d := Duration(rapid.Int64Range(0, 1<<53).Draw(t, "duration"))
		same(d.String(), new(Duration), d)
		b := Bytes(rapid.Int64Range(0, 1<<50).Draw(t, "bytes"))
		same(b.String(), new(Bytes), b)
		x := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-9, 1e6)).Draw(t, "number")
		same(Rate(x).String(), new(Rate), Rate(x))
		same(Price(x).String(), new(Price), Price(x))
		same(Power(x).String(), new(Power), Power(x))
		same(Intensity(x).String(), new(Intensity), Intensity(x))
		same(Factor(x).String(), new(Factor), Factor(x))
		same(Percent(x).String(), new(Percent), Percent(x))
		y := rapid.Float64Range(1, 1e15).Draw(t, "bandwidth")
		same(Bandwidth(y).String(), new(Bandwidth), Bandwidth(y))
		same(Speed(y).String(), new(Speed), Speed(y))
		z := rapid.Float64Range(1e-18, 3e8).Draw(t, "span")
		same(Span(z).String(), new(Span), Span(z))
	})
}
