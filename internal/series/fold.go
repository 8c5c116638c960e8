package series

// fold brings points together.
type fold struct {
	form   Form
	values []int64 // sums, also of averages
	counts []int64
}

func (f Form) begin() *fold { return &fold{f, make([]int64, len(f)), make([]int64, len(f))} }

// add adds n equal points.
func (d *fold) add(values []int64, n int64) {
	for i := range d.form {
		if i >= len(values) || values[i] == Missing || n == 0 {
			continue
		}
		if d.form[i] == Most {
			if d.counts[i] == 0 || values[i] > d.values[i] {
				d.values[i] = values[i]
			}
		} else {
			d.values[i] += values[i] * n
		}
		d.counts[i] += n
	}
}

// point is what has been added, as one point.
func (d *fold) point() []int64 {
	out := make([]int64, len(d.form))
	for i, fold := range d.form {
		switch {
		case d.counts[i] == 0:
			out[i] = Missing
		case fold == Average:
			out[i] = d.values[i] / d.counts[i]
		default:
			out[i] = d.values[i]
		}
	}
	return out
}

// full are the points of a coarser step that p, which follows on the points of c from start, ends or fills.
func (f Form) full(coarse, step, start int64, c *chunk, p points) (out []points) {
	d := f.begin()
	slot := p.at / coarse * coarse
	if c != nil {
		before := (start + int64(c.rows()-1)*step) / coarse * coarse // the slot of the last point
		for i := max((before-start)/step, 0); i < int64(c.rows()); i++ {
			d.add(c.row(int(i)), 1)
		}
		if before < slot {
			out = append(out, points{before, 1, d.point()})
			d = f.begin()
		}
	}
	n := min(int64(p.n), (slot+coarse-p.at)/step)
	d.add(p.values, n)
	at, left := p.at+n*step, int64(p.n)-n
	if at == slot+coarse {
		out = append(out, points{slot, 1, d.point()})
	}
	each := coarse / step
	if whole := left / each; whole > 0 {
		d = f.begin()
		d.add(p.values, each)
		out = append(out, points{at, int(whole), d.point()})
	}
	return out
}
