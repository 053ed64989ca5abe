/**
 * A web server that recognises the photo that is sent to it, beside the whole HTTP API below /expressions.
 *
 *   node server.js
 *   curl --data-binary @photo.jpg -H 'content-type: image/jpeg' http://localhost:3000/faces
 *   curl -F image=@photo.jpg -F faces=true http://localhost:3000/expressions/v1/recognise
 */
import express from 'express';
import { Poster, PosterError } from 'poster-v2';
import { createServer, middleware, openReaderThreads } from 'poster-v2/server';

const poster = await Poster.load('small', { worker: true }); // in a thread, so that other requests do not wait
const reader = await openReaderThreads(1, { faces: true });
const api = await createServer(poster, { reader });
const app = express();

app.use('/expressions', middleware(api)); // before what reads bodies

app.post('/faces', express.raw({ type: 'image/*', limit: '20mb' }), async (request, response) => {
  const { faces } = await poster.recognise(request.body);
  response.json(faces.map(({ box, prediction: { label, probability } }) => ({ box, label, probability })));
});

app.use((error, _request, response, next) => {
  if (!(error instanceof PosterError)) return next(error);
  response.status(400).json({ code: error.code, message: error.message });
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close(async () => {
    await api.close();
    await reader.close();
    await poster.dispose();
  });
});
