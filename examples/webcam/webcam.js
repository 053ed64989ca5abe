/** Recognises one frame after the other and draws what is found over the video; no picture leaves the page. */
import { Poster } from 'poster-v2/web';

const video = document.querySelector('video');
const canvas = document.querySelector('canvas');
const pen = canvas.getContext('2d');

const poster = await Poster.load();
video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
await video.play();
canvas.width = video.videoWidth;
canvas.height = video.videoHeight;

for (;;) {
  draw(await poster.recognise(video, { minSize: 64 })); // in a worker: the page stays responsive
  await new Promise((shown) => video.requestVideoFrameCallback(shown));
}

function draw({ faces }) {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.font = '20px sans-serif';
  pen.strokeStyle = pen.fillStyle = 'gold';
  pen.lineWidth = 3;
  for (const { box, prediction } of faces) {
    pen.strokeRect(box.x, box.y, box.width, box.height);
    pen.fillText(`${prediction.label} ${Math.round(100 * prediction.probability)} %`, box.x, box.y - 8);
  }
  canvas.dataset.faces = faces.map(({ prediction }) => prediction.label).join(' ');
}
