/**
 * Who is seen in a video, when, and what their faces show, five times a second; needs ffmpeg on the PATH.
 *
 *   node faces-of-a-video.js clip.mp4 > faces.csv
 */
import { openFaceFinder, Poster, recogniseVideo } from 'poster-v2';

const poster = await Poster.load();
const finder = await openFaceFinder();
console.log('seconds,face,expression,probability');
for await (const { time, faces } of recogniseVideo(poster, finder, process.argv[2], { fps: 5 })) {
  for (const { track, smoothed } of faces)
    console.log([time.toFixed(2), track, smoothed.label, smoothed.probability.toFixed(3)].join());
}
await finder.dispose();
await poster.dispose();
