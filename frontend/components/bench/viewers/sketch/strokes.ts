/** Strokes of a pen and an eraser, drawn onto any canvas. Places in fractions of the sheet, widths of its shorter side. */

export type Dot = { x: number; y: number; pressure: number };
export type Stroke = { dots: Dot[]; width: number; isEraser: boolean };
export type Inks = { paper: string; pen: string };

export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[], { paper, pen }: Inks): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = paper;
  context.fillRect(0, 0, width, height);
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    context.strokeStyle = stroke.isEraser ? paper : pen;
    context.fillStyle = context.strokeStyle;
    const [first] = stroke.dots;
    if (!first) continue;
    let last = first;
    for (const dot of stroke.dots) {
      const wide = stroke.width * Math.min(width, height) * (stroke.isEraser ? 1 : 0.5 + dot.pressure);
      context.lineWidth = wide;
      context.beginPath();
      context.moveTo(last.x * width, last.y * height);
      context.lineTo(dot.x * width, dot.y * height);
      context.stroke();
      last = dot;
    }
  }
}
